# Finds LibTorch, CPU or CUDA: Debian's package, an unpacked archive or a pip wheel. Defines the target lnn_torch,
# LNN_TORCH_VERSION and LNN_TORCH_BUILD (cpu or cuda). LibTorch's own CMake files are not asked: those of a CUDA build
# demand a CUDA toolkit, and nothing here is compiled for a GPU.

set(LNN_TORCH "" CACHE PATH "LibTorch's folder (holds include and lib); empty: CMAKE_PREFIX_PATH and the system")
set(LNN_TORCH_OLDEST 1.13)

# Where the headers and the libraries are.
function(lnn_locate_torch)
  set(where "")
  if(LNN_TORCH)
    # Named means named: never fall back to another one that happens to be installed.
    set(where PATHS ${LNN_TORCH}/include ${LNN_TORCH}/lib NO_DEFAULT_PATH)
  endif()
  find_path(LNN_TORCH_INCLUDE torch/csrc/api/include/torch/torch.h ${where} NO_CACHE)
  find_library(library torch ${where} NO_CACHE)
  if(NOT LNN_TORCH_INCLUDE OR NOT library)
    set(place "CMAKE_PREFIX_PATH or the system's folders")
    if(LNN_TORCH)
      set(place "LNN_TORCH=${LNN_TORCH}")
    endif()
    message(FATAL_ERROR
      "There is no LibTorch in ${place} (looked for include/torch/csrc/api/include/torch/torch.h and lib/libtorch.so). "
      "Install libtorch-dev, or pass -DLNN_TORCH= with the folder of an unpacked LibTorch archive, or that of a Python "
      "environment: -DLNN_TORCH=$(python3 -c 'import torch; print(torch.__path__[0])').")
  endif()
  cmake_path(GET library PARENT_PATH LNN_TORCH_LIB)
  string(REGEX REPLACE "/$" "" LNN_TORCH_INCLUDE ${LNN_TORCH_INCLUDE})
  return(PROPAGATE LNN_TORCH_INCLUDE LNN_TORCH_LIB)
endfunction()

# The version stands in a header; its place has changed between releases.
function(lnn_read_torch_version)
  set(LNN_TORCH_VERSION "")
  foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(NOT LNN_TORCH_VERSION AND EXISTS ${LNN_TORCH_INCLUDE}/${header})
      file(READ ${LNN_TORCH_INCLUDE}/${header} text)
      if(text MATCHES "TORCH_VERSION_MAJOR +([0-9]+).*TORCH_VERSION_MINOR +([0-9]+).*TORCH_VERSION_PATCH +([0-9]+)")
        set(LNN_TORCH_VERSION ${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3})
      endif()
    endif()
  endforeach()
  if(LNN_TORCH_VERSION VERSION_LESS LNN_TORCH_OLDEST)
    message(FATAL_ERROR
      "The LibTorch in ${LNN_TORCH_LIB} has version '${LNN_TORCH_VERSION}' (${LNN_TORCH_OLDEST} or newer is needed; an "
      "empty version means that its version.h could not be read). Pass -DLNN_TORCH= with the folder of a newer one.")
  endif()
  return(PROPAGATE LNN_TORCH_VERSION)
endfunction()

# Wheels up to 2.6 use GCC's older std::string, which no other library that we link does.
function(lnn_check_torch_abi)
  file(STRINGS ${LNN_TORCH_LIB}/libc10.so taken REGEX "^_ZN3c106DeviceC1ERK.*__cxx11" LIMIT_COUNT 1)
  if(NOT taken)
    message(FATAL_ERROR
      "The LibTorch ${LNN_TORCH_VERSION} in ${LNN_TORCH_LIB} uses GCC's older C++ ABI (_GLIBCXX_USE_CXX11_ABI=0), which "
      "the other libraries that we link, such as Boost and fmt, do not. Take a wheel from PyPI of version 2.7 or newer, "
      "or the 'cxx11 ABI' variant of an older LibTorch archive.")
  endif()
endfunction()

# A wheel installed without its dependencies lacks CUDA's libraries: linking would fail late and at length.
function(lnn_check_torch_complete)
  execute_process(COMMAND ldd ${LNN_TORCH_LIB}/libtorch.so OUTPUT_VARIABLE found ERROR_VARIABLE problems)
  string(REGEX MATCHALL "[^\n\t]*not found[^\n]*" missing "${found}${problems}")
  if(missing)
    list(JOIN missing "\n  " missing)
    message(FATAL_ERROR
      "The LibTorch in ${LNN_TORCH_LIB} cannot be loaded (it needs libraries that are not here):\n  ${missing}\n"
      "Install its dependencies, too (pip install torch, without --no-deps), or load the module that brings them.")
  endif()
endfunction()

function(lnn_add_torch)
  add_library(lnn_torch INTERFACE)
  # Wheels bring headers of other libraries along (fmt, oneDNN) that would hide the ones installed here. So LibTorch's
  # own folders come first, by links, and whatever else it brings comes last. As system headers: our warnings are for
  # our code.
  set(own ${CMAKE_BINARY_DIR}/libtorch_headers)
  file(MAKE_DIRECTORY ${own})
  foreach(folder ATen c10 caffe2 torch)
    file(CREATE_LINK ${LNN_TORCH_INCLUDE}/${folder} ${own}/${folder} SYMBOLIC)
  endforeach()
  target_include_directories(lnn_torch SYSTEM INTERFACE ${own} ${own}/torch/csrc/api/include)
  target_compile_options(lnn_torch INTERFACE "SHELL:-idirafter \"${LNN_TORCH_INCLUDE}\"")
  # Nothing in our code names the CUDA backend; libtorch.so pulls it in, but only if the linker is made to keep it.
  target_link_libraries(lnn_torch INTERFACE
    "-Wl,--push-state,--no-as-needed,\"${LNN_TORCH_LIB}/libtorch.so\",--pop-state"
    ${LNN_TORCH_LIB}/libtorch_cpu.so ${LNN_TORCH_LIB}/libc10.so)
  # A module or environment that names another LibTorch in LD_LIBRARY_PATH must not swap it at run time.
  target_link_options(lnn_torch INTERFACE LINKER:--disable-new-dtags)
endfunction()

lnn_locate_torch()
lnn_read_torch_version()
lnn_check_torch_abi()
lnn_check_torch_complete()
lnn_add_torch()

set(LNN_TORCH_BUILD cpu)
if(EXISTS ${LNN_TORCH_LIB}/libtorch_cuda.so)
  set(LNN_TORCH_BUILD cuda)
endif()
message(STATUS "Found LibTorch: ${LNN_TORCH_LIB} (version ${LNN_TORCH_VERSION}, ${LNN_TORCH_BUILD})")
