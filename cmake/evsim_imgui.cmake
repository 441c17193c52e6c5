# evsim_imgui: Dear ImGui (docking) and ImPlot, with the platform that has no screen, for panels and tests.
# evsim_imgui_shell: the same with GLFW and OpenGL 3.
# Their sources are fetched by tools/gui_sources; nothing is downloaded here.
set(imgui ${EVSIM_GUI_SOURCES}/imgui)
set(implot ${EVSIM_GUI_SOURCES}/implot)
set(EVSIM_GUI_FONT ${imgui}/misc/fonts/Roboto-Medium.ttf)

add_library(evsim_imgui STATIC
  ${imgui}/imgui.cpp ${imgui}/imgui_draw.cpp ${imgui}/imgui_tables.cpp ${imgui}/imgui_widgets.cpp
  ${imgui}/imgui_demo.cpp ${imgui}/imgui_stacklayout.cpp
  ${imgui}/backends/imgui_impl_null.cpp ${imgui}/misc/cpp/imgui_stdlib.cpp
  ${implot}/implot.cpp ${implot}/implot_items.cpp)
target_include_directories(evsim_imgui SYSTEM PUBLIC
  ${imgui} ${imgui}/backends ${imgui}/misc/cpp ${implot})
# All that include imgui.h must see the same configuration. The hooks of IMGUI_ENABLE_TEST_ENGINE are our
# own (gui/panels/items.cpp): they tell where each widget lies. Only plots of double are made.
target_compile_definitions(evsim_imgui PUBLIC
  IMGUI_DISABLE_OBSOLETE_FUNCTIONS IMGUI_DISABLE_DEMO_WINDOWS IMGUI_ENABLE_TEST_ENGINE
  "ImDrawIdx=unsigned int" "IMPLOT_CUSTOM_NUMERIC_TYPES=(double)")
add_library(evsim_imgui_shell STATIC
  ${imgui}/backends/imgui_impl_glfw.cpp ${imgui}/backends/imgui_impl_opengl3.cpp)
target_link_libraries(evsim_imgui_shell PUBLIC evsim_imgui glfw OpenGL::GL ${CMAKE_DL_LIBS})
foreach(target evsim_imgui evsim_imgui_shell)
  set_target_properties(${target} PROPERTIES COMPILE_WARNING_AS_ERROR OFF)
endforeach()
