# Facts about this build that every result file records.
find_package(Git QUIET)
set(LNN_GIT_COMMIT "unknown")
set(LNN_GIT_DIRTY 0)
if(Git_FOUND AND EXISTS ${CMAKE_SOURCE_DIR}/.git)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${CMAKE_SOURCE_DIR} rev-parse HEAD
    OUTPUT_VARIABLE LNN_GIT_HEAD OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE LNN_GIT_FAILED)
  if(LNN_GIT_FAILED EQUAL 0)
    set(LNN_GIT_COMMIT ${LNN_GIT_HEAD})
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${CMAKE_SOURCE_DIR} diff --quiet HEAD
      RESULT_VARIABLE LNN_GIT_DIRTY OUTPUT_QUIET ERROR_QUIET)
  endif()
endif()
configure_file(${CMAKE_SOURCE_DIR}/engine/base/build_facts.h.in ${CMAKE_BINARY_DIR}/generated/base/build_facts.h @ONLY)
