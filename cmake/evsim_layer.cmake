# evsim_layer(name [NEEDS lower...] [USES libraries...] [BEGINS headers...])
#   One target a layer, from sim/<name>/*.cpp; an INTERFACE library while there are none.
#   NEEDS  the layers that it may include; tests/architecture reads the includes and holds it to that.
#   USES   third-party libraries of this layer.
#   BEGINS what most of its units include, for evsim_precompile.
function(evsim_layer name)
  cmake_parse_arguments(arg "" "" "NEEDS;USES;BEGINS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${name}/*.cpp)
  # Those are compiled once per architecture.
  list(FILTER sources EXCLUDE REGEX "/(lanes|multibody|electric_tick)_unit\\.cpp$")
  if(sources)
    add_library(evsim_${name} OBJECT ${sources})
    target_link_libraries(evsim_${name} PUBLIC evsim_common PRIVATE ${arg_USES})
    if(arg_BEGINS)
      evsim_precompile(evsim_${name} ${arg_BEGINS})
    endif()
    target_sources(evsim_lib PRIVATE $<TARGET_OBJECTS:evsim_${name}>)
  else()
    add_library(evsim_${name} INTERFACE)
  endif()
  list(JOIN arg_NEEDS "," needs)
  set_property(GLOBAL APPEND PROPERTY EVSIM_LAYERS "${name}:${needs}")
endfunction()
