# Everything comes from Debian 12's packages by default; design reasons are in the README, section "How it is built".
# Another LibTorch (1.13 or newer, CPU or CUDA): cmake -DLNN_TORCH=/path/to/libtorch ...

find_package(Boost 1.74 CONFIG REQUIRED COMPONENTS program_options)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(HDF5 1.10 REQUIRED COMPONENTS C)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(fmt REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(spdlog REQUIRED)
include(LnnTorch)
if(LNN_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()

add_library(lnn_hdf5 INTERFACE)
target_include_directories(lnn_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(lnn_hdf5 INTERFACE ${HDF5_LIBRARIES})
target_compile_definitions(lnn_hdf5 INTERFACE ${HDF5_DEFINITIONS})
