#include "sim/io/results.h"

#include <filesystem>

#include "sim/io/junit.h"
#include "sim/io/output_folder.h"
#include "sim/io/report.h"
#include "sim/io/signals_hdf5.h"
#include "sim/io/summary.h"
#include "sim/io/waveform_report.h"

namespace evsim::io {
namespace {

// A folder whose summary.json is ours, of whatever version.
bool holds_results(const std::string& folder) {
  const FileText content = read_file((std::filesystem::path(folder) / kSummaryFile).string());
  Problems ignored;
  const auto json = parse_json("", content.text, ignored);
  const Json* format = json ? json->find("format") : nullptr;
  return format != nullptr && format->text == kSummaryFormat;
}

void write_signals(OutputFolder& folder, const RunResult& result, SignalFormat format) {
  if (format == SignalFormat::csv)
    folder.write("signals.csv", signals_csv(signal_columns(result.recording)));
  if (format == SignalFormat::hdf5)
    folder.write("signals.h5", signals_hdf5(signal_columns(result.recording)));
}

}  // namespace

void check_results_folder(const std::string& folder) { check_replaceable(folder, holds_results); }

void write_results(const std::string& folder, const RunResult& result, const Case& input,
                   const Provenance& provenance, const ResultOptions& options) {
  OutputFolder out(folder, holds_results);
  out.write(kSummaryFile, to_text(summary_json(result, input, provenance)));
  out.write("command_log.json", to_text(command_log_json(result.command_log)));
  out.write("timing.json", to_text(timing_json(result)));
  out.write("junit.xml", junit_xml(result));
  write_signals(out, result, options.signals);
  if (!result.waveforms.instants.empty())
    out.write("waveform.csv", signals_csv(waveform_columns(result.waveforms)));
  if (options.report) out.write("report.html", report_html(result, input, provenance));
  out.finish();
}

}  // namespace evsim::io
