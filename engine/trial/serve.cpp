#include "trial/serve.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "base/error.h"
#include "base/machine.h"
#include "trial/announce.h"
#include "trial/train_request.h"

namespace lnn::trial {
namespace {

Request parse_request(const std::string& line) {
  try {
    return nlohmann::json::parse(line).get<Request>();
  } catch (const nlohmann::json::exception& error) {
    throw_user_error("'{}' is no request ({}). Send one JSON object a line.", line, error.what());
  }
}

void send_errors_to(const std::string& path) {
  std::cerr.flush();
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0 || dup2(file, STDERR_FILENO) < 0) {
    throw_environment_error("{}: cannot be written ({}). Check its folder and permissions.", path,
                            std::strerror(errno));
  }
  close(file);
}

}  // namespace

void serve(const RunOptions& how) {
  for (std::string line; std::getline(std::cin, line);) {
    const Request request = parse_request(line);
    if (!request.log.empty()) send_errors_to(request.log);
    announce_life("start");
    forget_peak_memory();
    train(request, how);
    if (!request.log.empty()) send_errors_to("/dev/null");
    announce_idle();
  }
}

}  // namespace lnn::trial
