/** Scenario files that use all of composition, and most of what a plan has to deal with. Each extends `common.yaml`. */
export const composedScenarios: readonly string[] = [
  `extends: common.yaml
presets:
  gated:
    parameters: { most: 1 %, who: dc2 }
    post_failover_validation_checks:
      - takeover: { by: "\${who}" }
      - loss: { at_most: "\${most}" }
macros:
  - match: FAIL-*
    add: { post_failover_validation_checks: [integrity], tags: [nightly] }
scenarios:
  - test_id: FAIL-01
    description: a kill on a slow line
    use: [slow, { wan: { delay: 80 ms } }, { gated: { most: 151 s } }]
    fault_scenario:
      - id: outage
        kill: { target: dc1.job }
        at: 600 s
    matrix:
      fault_scenario.outage.at: [600 s, 615 s]
      crossdc.heartbeatExchangeInterval: [10, 30]
    fault_phases: 2
    repeat: 2
  - test_id: FAIL-02
    description: again
    use: gated
    crossdc: { dc1: { httpReadTimeout: 50 } }
    fault_scenario:
      - { id: cut, partition: { from: dc1, to: dc2, how: hang }, at: 400 s, until: dc2.takeover_done }
    opts: { run_for: 2000 s, start_offset: }
`,
  `extends: [common.yaml]
test_id: CHAOS-01
description: whatever the seed says
use: [{ wan: { delay: 5 ms, jitter: 1 ms } }]
pre_failover_data: { rate: 20/s, keys: 4, into: both, until: fault }
fault_scenario:
  - id: chaos
    at: 300 s
    random:
      count: 5
      within: 30 min
      gap: { min: 5 s, max: 20 s }
      seed: 11
      steps:
        - { id: kill, kill: { target: dc1.job }, for: 10 s }
        - id: line
          partition: { between: [dc1, dc2], ports: [25091] }
          for: 3 min
          during:
            - { kill: { target: survivor.job }, at: 5 s, for: 1 s }
            - { wait: 30 s }
        - { id: flaps, flap: { between: [dc1, dc2], down: 119 s, up: 31 s, times: 3 } }
  - parallel:
      - { id: shut, orderly_shutdown: { target: dc2 } }
      - sequence:
          - { wait: { for: dc1.remote_down, within: 300 s } }
          - { id: gone, cancel_job: { target: failed }, when: shut.fault_effective, after: 1 s, heal: none }
  - background:
      - { load: 50/s }
      - { mark: half way }
      - { heal: shut }
  - { restart: { target: dc1.job }, when: dc1.snapshot_signal, occurrence: 3, since: chaos, for: 20 s }
post_failover_validation_checks:
  - split_brain: { at_most: 30 s }
    severity: info
  - duplicates
  - takeover: { never: true }
expected_recovery_time_seconds: { total: 152, detection: 150 }
matrix: { post_failover_validation_checks.duplicates: [never, expected] }
timeout: 2 h
`,
]

/** What they extend. */
export const commonFile = `defaults:
  opts: { start_offset: { dc2: 7 s }, time_scale: 60 }
  crossdc: { crossDCInitDelay: 50, dc2: { httpConnectionTimeout: 5 } }
  pre_failover_data: { generator: sequence, rate: 20/s, keys: 16 }
presets:
  slow: { crossdc: { consecutiveHeartbeatMissesAllowed: 8 } }
  wan:
    parameters: { delay: , jitter: 10 ms }
    use: slow
    tags: [wan]
    description: "a line of \${delay}"
    fault_scenario:
      - id: line-of-wan
        netem: { between: [dc1, dc2], delay: "\${delay}", jitter: "\${jitter}" }
        at: 200 s
macros:
  - match: [wan, X-*]
    add: { post_failover_validation_checks: [order] }
`
