#pragma once

/// The look of a report: light and dark, narrow and wide, on paper.
namespace lnn::analysis::report {

extern const char* const style_sheet;

}  // namespace lnn::analysis::report
