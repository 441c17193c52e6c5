# Script (cmake -P): runs the recipe's commands in a copy of the tree, then builds and runs what they
# have added.
set(tree ${WORK_DIR}/tree)
file(REMOVE_RECURSE ${tree})
foreach(folder sim/base sim/components sim/vehicle sim/control sim/solve sim/run tests/base
        tests/components docs/examples)
  file(COPY ${SOURCE_DIR}/${folder}/ DESTINATION ${tree}/${folder})
endforeach()
file(MAKE_DIRECTORY ${tree}/tests/vehicle)
file(COPY ${SOURCE_DIR}/tests/recipe/tree/ DESTINATION ${tree})
# Without the recipe's commands the result must not be there.
if(EXISTS ${tree}/sim/components/thermal_mass.h)
  message(FATAL_ERROR "the tree already has what the recipe adds")
endif()

file(READ ${SOURCE_DIR}/docs/add_a_component.md page)
if(NOT page MATCHES "```sh\n([^`]*git apply[^`]*)```")
  message(FATAL_ERROR "docs/add_a_component.md has no block of commands with git apply")
endif()
file(WRITE ${WORK_DIR}/commands.sh "${CMAKE_MATCH_1}")

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${tree} COMMAND_ECHO STDOUT
    COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Git must not take the copy for a part of the repository around it: it would skip all files.
set(ENV{GIT_CEILING_DIRECTORIES} ${WORK_DIR})
run(bash -eux ${WORK_DIR}/commands.sh)
find_program(CCACHE ccache)
if(CCACHE)
  set(launcher -D CMAKE_CXX_COMPILER_LAUNCHER=${CCACHE})
endif()
run(${CMAKE_COMMAND} -S ${tree} -B ${tree}/build -G Ninja -D CMAKE_CXX_COMPILER=${CXX} ${launcher})
run(${CMAKE_COMMAND} --build ${tree}/build)
run(${tree}/build/followed)
run(${tree}/build/thermal_mass)
