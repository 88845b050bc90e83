#include "sweep/mpi_session.h"

#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "sweep/devices.h"
#include "sweep/local_slots.h"
#include "sweep/mpi_slots.h"

namespace lnn::sweep {

bool MpiSession::launched() {
  constexpr std::array marks{"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
  return std::ranges::any_of(marks, [](const char* name) { return std::getenv(name) != nullptr; });
}

MpiSession::MpiSession() {
  MPI_Init(nullptr, nullptr);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  // Right under mpirun and srun alike, unlike the variables that these set.
  MPI_Comm local = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &local);
  int local_rank = 0;
  MPI_Comm_rank(local, &local_rank);
  MPI_Comm_size(local, &local_workers_);
  // The master has the lowest rank on its machine.
  int with_master = rank_ == 0 ? 1 : 0;
  MPI_Bcast(&with_master, 1, MPI_INT, 0, local);
  local_worker_ = local_rank - with_master;
  local_workers_ -= with_master;
  MPI_Comm_free(&local);
}

MpiSession::~MpiSession() {
  MPI_Finalize();
}

void MpiSession::send(int rank, const nlohmann::json& content) const {
  const std::string text = content.dump();
  MPI_Send(text.data(), static_cast<int>(text.size()), MPI_BYTE, rank, 0, MPI_COMM_WORLD);
}

std::optional<MpiSession::Message> MpiSession::receive() const {
  int arrived = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &arrived, &status);
  if (arrived == 0) return std::nullopt;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  std::string text(static_cast<std::size_t>(size), '\0');
  MPI_Recv(text.data(), size, MPI_BYTE, status.MPI_SOURCE, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return Message{status.MPI_SOURCE, nlohmann::json::parse(text)};
}

void MpiSession::abort(int exit_code) const {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::abort();
}

namespace {

// Ranks of one machine share its devices evenly, several on one where there are more ranks. The master, local
// rank 0 of its machine, needs none.
std::vector<std::string> device_of(const MpiSession& mpi) {
  const std::vector<std::string> devices = visible_devices();
  if (devices.empty()) return {};
  return {devices[static_cast<std::size_t>(mpi.local_worker()) % devices.size()]};
}

// Trials that share cores take longer than their results will say.
void warn_of_crowding(const MpiSession& mpi) {
  if (mpi.local_worker() != 0 || mpi.local_workers() <= available_cores()) return;
  std::cerr << "lnn-sweep: " << mpi.local_workers() << " workers on " << available_cores() << " cores of "
            << host_name() << ": each trial will be slower, seconds in the results too.\n";
}

int serve_or_abort(const MpiSession& mpi) {
  try {
    warn_of_crowding(mpi);
    LocalSlots slots(1, device_of(mpi));
    serve(mpi, slots);
    // mpirun ends the whole job at the first rank that leaves with another code: the master has yet to say
    // why.
    return 0;
  } catch (const std::exception& error) {
    // The other ranks would wait for this one forever.
    std::cerr << "lnn-sweep: rank " << mpi.rank() << ": " << error.what() << std::endl;
    mpi.abort(3);
  }
}

int direct(const MpiSession& mpi, const std::function<int(const MpiSession*)>& master) {
  try {
    const int code = master(&mpi);
    dismiss(mpi);
    return code;
  } catch (...) {
    dismiss(mpi);
    throw;
  }
}

}  // namespace

int run_on_master(const std::function<int(const MpiSession*)>& master) {
  if (!MpiSession::launched()) return master(nullptr);
  const MpiSession mpi;
  return mpi.rank() == 0 ? direct(mpi, master) : serve_or_abort(mpi);
}

}  // namespace lnn::sweep
