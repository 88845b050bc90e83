#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include "store/trial_file.h"
#include "sweep/local_slots.h"
#include "sweep_fixture.h"

/// One slot, and trials that behave as they are told (fake_trial.cpp).
class LocalSlotsTest : public SweepTest {
 protected:
  void SetUp() override {
    SweepTest::SetUp();
    slots_ = std::make_unique<lnn::sweep::LocalSlots>(1);
  }

  lnn::sweep::Job job(const std::string& behavior, double timeout = 0, int attempt = 1) const {
    const auto plan = plan_of({behavior});
    prepare_run(plan);
    lnn::sweep::Job job;
    job.ids = {plan.trials[0].id};
    job.configs = {plan.trials[0].config().dump()};
    job.run = run().root;
    job.program = LNN_FAKE_TRIAL_PROGRAM;
    job.attempt = attempt;
    job.timeout = timeout;
    return job;
  }

  /// Another trial of the same run.
  lnn::sweep::Job job(std::size_t k, const std::string& behavior) const {
    lnn::sweep::Job job = this->job(behavior);
    job.ids = {id_of(k)};
    return job;
  }

  /// Runs until the end event; counts epochs on the way.
  lnn::sweep::TrialEnd end_of(const lnn::sweep::Job& job,
                              std::chrono::milliseconds stop_with_grace = std::chrono::milliseconds(-1)) {
    epochs_ = 0;
    slots_->start(0, job);
    for (int i = 0; i < 2000; ++i) {
      for (const auto& event : slots_->wait(std::chrono::milliseconds(5))) {
        EXPECT_EQ(event.id, job.ids.front());
        if (const auto* end = std::get_if<lnn::sweep::TrialEnd>(&event.report)) return *end;
        ++epochs_;
      }
      if (stop_with_grace.count() >= 0 && epochs_ == 3) slots_->stop(stop_with_grace);
    }
    ADD_FAILURE() << "the trial does not end";
    return {};
  }

  lnn::store::TrialRecord record(std::size_t k = 0) const {
    return lnn::store::read_trial(run().trial(id_of(k)));
  }
  std::string fact(const std::string& name, std::size_t k = 0) const { return record(k).provenance.at(name); }

  std::unique_ptr<lnn::sweep::LocalSlots> slots_;
  int epochs_ = 0;
};
