// The file of `gmectl replay --successes`: rows timestamp,successes at the times of the counts, to
// within half a step. A row at another time is skipped.
//
// Thread safety: none. The stream must outlive the file. Memory: one row and a block of text.
// Errors: INVALID_ARGUMENT, those of RowReader.
#ifndef GMEWATCH_DAEMON_GMECTL_SUCCESSES_FILE_H_
#define GMEWATCH_DAEMON_GMECTL_SUCCESSES_FILE_H_

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "daemon/gmectl/count_row.h"
#include "daemon/gmectl/row_reader.h"
#include "daemon/gmectl/tick_grid.h"

namespace gmewatch {

class SuccessesFile {
 public:
  SuccessesFile(std::istream& in, std::string name) : rows_(in, std::move(name), kSuccessesRow) {}

  // Returns the successes of a tick, nothing if no row has them. REQUIRES: ticks increase from call
  // to call, the grid stays.
  absl::StatusOr<std::optional<uint64_t>> At(int64_t tick, const TickGrid& grid);

  const std::string& name() const { return rows_.name(); }

 private:
  RowReader rows_;
  CountRow row_;
  int64_t tick_ = -1;  // of row_
  bool ended_ = false;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_SUCCESSES_FILE_H_
