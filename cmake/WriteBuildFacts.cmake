# Writes engine/base/build_facts.h.in with its values to OUTPUT. Run by the target lnn_build_facts (LnnVersion.cmake).
set(COMMIT "unknown")
set(DIRTY 0)
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse HEAD
    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed EQUAL 0)
    set(COMMIT ${head})
    execute_process(COMMAND ${GIT} -C ${SOURCE} diff --quiet HEAD RESULT_VARIABLE DIRTY OUTPUT_QUIET)
  endif()
endif()
configure_file(${SOURCE}/engine/base/build_facts.h.in ${OUTPUT} @ONLY)
