#include "sim/run/lanes_unit.h"

#include "sim/base/floating_point.h"

#define EVSIM_JOIN(a, b) a##b
#define EVSIM_ENTRY(arch) EVSIM_JOIN(lanes_entry_, arch)

namespace evsim {
namespace {

closed_loop::System<Pack> system_of(const LaneGroup& g) {
  std::vector<car::Model<double>> models;
  for (const car::Model<double>* m : g.models) models.push_back(*m);
  closed_loop::System<Pack> s;
  s.car = over<car::Model, Pack>(std::span<const car::Model<double>>(models));
  s.gains = over<driver::Gains, Pack>(g.gains);
  s.driver = g.driver;
  s.rho_air = g.rho_air;
  s.v_wind = g.v_wind;
  s.T_battery = g.T_battery;
  return s;
}

closed_loop::Piece<Pack> piece_of(const closed_loop::Piece<double>& p, const Pack& v) {
  const auto& r = p.reference;
  return {.t_start = p.t_start,
          .v_ref = p.v_ref,
          .a_ref = p.a_ref,
          .reference = {.v = r.v,
                        .a = r.a,
                        .standing = r.standing,
                        .accelerator = r.accelerator,
                        .brake = r.brake,
                        .accelerator_rate = r.accelerator_rate,
                        .brake_rate = r.brake_rate},
          .sin_alpha = p.sin_alpha,
          .sin_alpha_rate = p.sin_alpha_rate,
          .direction = sign(v)};
}

// Runs the plan; lanes that have ended are frozen by mask.
class Runner {
 public:
  explicit Runner(const LaneGroup& g)
      : group_(g), system_(system_of(g)), SOC_empty_(battery::SOC_empty(system_.car.battery)) {
    for (std::size_t i = 0; i < y_.size(); ++i) y_[i] = Pack(g.start[i]);
    q_.fill(Pack(0.0));
  }

  void run() {
    for (int i = 0; i < group_.n_pieces && any(alive_); ++i) {
      const PlannedPiece& p = group_.pieces[i];
      const auto piece = piece_of(p.piece, y_[car::kV]);
      for (int step = 0; step < p.mesh.steps() && any(alive_); ++step) advance(p, piece, step);
      if (i + 1 == group_.n_pieces) see_end(p, piece);
    }
    for (int lane = 0; lane < kLanes; ++lane)
      if (group_.results[lane] != nullptr) hand_over(lane, *group_.results[lane]);
  }

 private:
  void advance(const PlannedPiece& p, const closed_loop::Piece<Pack>& piece, int step) {
    const auto y_before = y_;
    const auto q_before = q_;
    const TimeNs t = p.mesh.at(step);
    fixed_step::advance(system_, piece, weights_, t, p.mesh.at(step + 1) - t, y_, q_, alive_,
                        [this](const auto& at, double, const PackMask& stands) {
                          observe(at.v_ref, at.flows.v, stands);
                        });
    for (std::size_t i = 0; i < y_.size(); ++i) y_[i] = select(alive_, y_[i], y_before[i]);
    for (std::size_t i = 0; i < q_.size(); ++i) q_[i] = select(alive_, q_[i], q_before[i]);
    t_end_ = select(alive_, Pack(seconds(p.start) + p.mesh.time(step + 1)), t_end_);
    const PackMask empty = alive_ && y_[car::kSOC] <= SOC_empty_;
    const PackMask fast = alive_ && y_[car::kV] >= Pack(group_.until_v);
    end_ = select(empty, Pack(static_cast<double>(End::battery_empty)), end_);
    end_ = select(fast, Pack(static_cast<double>(End::speed_reached)), end_);
    alive_ = alive_ && !(empty || fast);
  }
  void observe(const Pack& v_ref, const Pack& v, const PackMask& lanes) {
    if (group_.has_reference)
      trace_error_ = select(lanes, max(abs(v_ref - v), trace_error_), trace_error_);
  }
  // The trace's last point, where no step begins.
  void see_end(const PlannedPiece& p, const closed_loop::Piece<Pack>& piece) {
    const double length = p.mesh.time(p.mesh.steps());
    observe(piece.v_ref + piece.a_ref * length, y_[car::kV], alive_);
    end_ = select(alive_, Pack(static_cast<double>(End::trace_done)), end_);
  }
  void hand_over(int i, VariantResult& out) const {
    for (std::size_t k = 0; k < y_.size(); ++k) out.y[k] = lane(y_[k], i);
    for (std::size_t k = 0; k < q_.size(); ++k) out.q[k] = lane(q_[k], i);
    out.trace_error = lane(trace_error_, i);
    out.t_end = lane(t_end_, i);
    out.end = static_cast<End>(static_cast<int>(lane(end_, i)));
  }

  const LaneGroup& group_;
  closed_loop::System<Pack> system_;
  Pack SOC_empty_;
  fixed_step::States<Pack> y_;
  fixed_step::Rows<Pack> q_;
  PackMask alive_{true};
  Pack trace_error_ = 0.0, t_end_ = 0.0, end_ = 0.0;
  fixed_step::WeightCache<Pack> weights_;
};

}  // namespace

void EVSIM_ENTRY(EVSIM_ARCH)(const LaneGroup& g) {
  guarded([&] {
    Runner(g).run();
    return 0;
  });
}

}  // namespace evsim
