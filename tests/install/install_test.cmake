# Script (cmake -P): installs evsim as a KIND library, static or shared, then builds and runs a
# program that lives outside the tree and knows nothing but the installed package.
set(work ${BINARY_DIR}/tests/install_${KIND})
set(prefix ${work}/prefix)
set(outside ${work}/outside)
file(REMOVE_RECURSE ${prefix} ${outside})
file(COPY ${SOURCE_DIR}/tests/install/consumer/ DESTINATION ${outside})

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# The build under test is one kind; the other is built here, quickly: its speed is not what is tested.
load_cache(${BINARY_DIR} READ_WITH_PREFIX our_ BUILD_SHARED_LIBS)
if(our_BUILD_SHARED_LIBS)
  set(our_kind shared)
else()
  set(our_kind static)
endif()
if(KIND STREQUAL our_kind)
  set(build ${BINARY_DIR})
else()
  set(build ${work}/build)
  string(COMPARE EQUAL ${KIND} shared shared)
  run(${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${build} -G Ninja -D BUILD_TESTING=OFF
    -D BUILD_SHARED_LIBS=${shared} -D CMAKE_CXX_COMPILER=${CXX} -D CMAKE_BUILD_TYPE=Release
    -D CMAKE_CXX_FLAGS_RELEASE=-O0)
  run(${CMAKE_COMMAND} --build ${build} -j 2)
endif()
run(${CMAKE_COMMAND} --install ${build} --prefix ${prefix})
run(${prefix}/bin/evsim --help)

run(${CMAKE_COMMAND} -S ${outside} -B ${outside}/build -G Ninja -D CMAKE_PREFIX_PATH=${prefix}
  -D CMAKE_CXX_COMPILER=${CXX})
run(${CMAKE_COMMAND} --build ${outside}/build)
run(${outside}/build/consumer)
