# Facts about this build that every result file records. Looked up at every build, not only when the project is
# configured: a result must name the commit that it came from. The header is touched only when a fact changes.
find_package(Git QUIET)
add_custom_target(lnn_build_facts
  COMMAND ${CMAKE_COMMAND}
    -DGIT=${GIT_EXECUTABLE} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUTPUT=${CMAKE_BINARY_DIR}/generated/base/build_facts.h
    -DVERSION=${PROJECT_VERSION} -DBUILD_TYPE=${CMAKE_BUILD_TYPE} -DHDF5=${HDF5_VERSION}
    -DTORCH=${LNN_TORCH_VERSION} -DTORCH_BUILD=${LNN_TORCH_BUILD}
    "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    -P ${CMAKE_SOURCE_DIR}/cmake/WriteBuildFacts.cmake
  BYPRODUCTS ${CMAKE_BINARY_DIR}/generated/base/build_facts.h
  COMMENT "Looking up build facts" VERBATIM)
