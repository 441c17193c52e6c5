# Completion of evsim's commands, options and files for bash: source this file.
# Written by `evsim completion bash`.
_evsim() {
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words
  if ((COMP_CWORD == 1)); then command=; fi
  case $command in
    '') words="run hil gui serve can check describe list schema compare replay validate map response convert new-vehicle completion --help --version" ;;
    run) words="--help --vehicle --set --level --out --format --record --json --timeout --controller --verify --jobs" ;;
    hil) words="--help --link --vehicle --lockstep --pace --on-overrun --fifo --core --lock-memory --can-log --set --level --out --format --record --json --timeout" ;;
    gui) words="--help --connect --secret --link --set --level --pace --paused --layout --light --frames --screenshot" ;;
    serve) words="--help --vehicle --listen --secret --link --pace --paused --set --level --out --format --record --json --timeout" ;;
    can) words="dump send dbc --help --dbc --link --e2e --data_id --data_ids --log --count --seconds --cycle --cycle_ms --json" ;;
    check) words="--help" ;;
    describe) words="parameters signals units interface motor_control vcu bms brake --help" ;;
    list) words="vehicles scenarios cycles --help" ;;
    schema) words="vehicle scenario link --help --write" ;;
    compare) words="--help --tolerance --signals" ;;
    replay) words="--help" ;;
    validate) words="--help --published --out --jobs --json" ;;
    map) words="--help --u-dc --temperature --set --out --json" ;;
    response) words="--help --speed --torque --u-dc --inertia --speed-bandwidth --points --set --out --json" ;;
    convert) words="machine tyre --help --connection --json --pole_pairs --Kv_rpm_per_V --Kv_rpm_per_V_rms --Ke_V_peak_per_krpm --Ke_V_rms_per_krpm --Ke_V_s_per_rad_peak --Ke_V_s_per_rad_rms --Kt_Nm_per_A_peak --Kt_Nm_per_A_rms --R_line_line_Ohm --R_line_line_mOhm --R_winding_Ohm --R_winding_mOhm --R_temperature_degC --L_line_line_mH --L_line_line_uH --L_line_line_min_mH --L_line_line_min_uH --L_line_line_max_mH --L_line_line_max_uH --L_winding_mH --L_winding_uH --stall_torque_Nm --stall_current_A_rms --stall_current_A_peak --rated_torque_Nm --rated_current_A_rms --rated_current_A_peak --rated_speed_rpm --rated_voltage_V_rms --I_max_A_rms --I_max_A_peak --like --like_size --like_load_index --size --load_index --extra_load --pressure_bar --mu --rolling_resistance --out" ;;
    new-vehicle) words="--help --force --name --drive --tyre --mass_kg --mass_g --mass_lb --power_W --power_kW --torque_Nm --battery_J --battery_mJ --battery_kJ --battery_Wh --battery_kWh --Cd --frontal_area_m2 --A_N --A_kN --A_lbf --B_N_s_per_m --B_N_per_km_per_h --B_lbf_per_mph --C_N_s2_per_m2 --C_N_per_km2_per_h2 --C_lbf_per_mph2 --chemistry --machine --front_machine --inverter --source --width_m --width_mm --width_km --width_mi --height_m --height_mm --height_km --height_mi --wheelbase_m --wheelbase_mm --wheelbase_km --wheelbase_mi --gross_mass_kg --gross_mass_g --gross_mass_lb --epa_test_mass_kg --epa_test_mass_g --epa_test_mass_lb --rolling_resistance --usable_J --usable_mJ --usable_kJ --usable_Wh --usable_kWh --voltage_V --voltage_mV --voltage_kV --machine_speed_rad_per_s --machine_speed_rpm --ratio --top_speed_m_per_s --top_speed_km_per_h --top_speed_mph --front_power_W --front_power_kW --front_torque_Nm --AC_power_W --AC_power_kW --DC_power_W --DC_power_kW --aux_power_W --aux_power_kW" ;;
    completion) words="bash --help" ;;
    *) words= ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [[ -n $command && $word != -* ]]; then
    compopt -o filenames
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -F _evsim evsim
