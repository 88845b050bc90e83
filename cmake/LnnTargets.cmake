# Two helpers that give every folder and every test the same shape.

# Warnings and sanitizers travel as a target, so that only our own code gets them.
add_library(lnn_options INTERFACE)
target_compile_options(lnn_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(LNN_WARNINGS_AS_ERRORS)
  target_compile_options(lnn_options INTERFACE -Werror)
endif()
if(LNN_SANITIZE)
  # GCC documents false alarms of -Wmaybe-uninitialized under sanitizers; the other presets keep the warning.
  target_compile_options(lnn_options INTERFACE
    -fsanitize=address,undefined -fno-omit-frame-pointer -O1 -Wno-maybe-uninitialized)
  target_link_options(lnn_options INTERFACE -fsanitize=address,undefined)
endif()

# lnn_library(NAME SOURCES file... DEPENDS target... PRIVATE_DEPENDS target...): one static library per folder.
# Without SOURCES it is a header-only target.
function(lnn_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/engine ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS} lnn_options)
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR}/engine ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPENDS})
  endif()
endfunction()

# lnn_test(NAME SOURCES file... DEPENDS target... [LABEL unit|integration] [ENVIRONMENT VAR=VALUE...]):
# one GoogleTest program per tested folder. Label `unit` (default) is what the sanitizer preset runs.
function(lnn_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;DEPENDS;ENVIRONMENT" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_compile_definitions(${name} PRIVATE LNN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} lnn_options GTest::gtest_main GTest::gmock)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "OMP_NUM_THREADS=1;${ARG_ENVIRONMENT}")
endfunction()
