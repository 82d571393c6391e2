// Each shipped scenario passes for the right reason: a twin of it, in which one thing about the system or the fault is otherwise,
// fails at the check that is there for that.

import { expect, scenarios, test } from 'vitest-failover'
import type { RunReport, Scenario } from 'vitest-failover'

type Steps = Scenario['steps']

interface Twin {
  /** What is otherwise. */
  readonly with: string
  /** The check that is to fail. */
  readonly fails: string
  readonly of: (scenario: Scenario) => Scenario
}

const withoutStep =
  (id: string) =>
  (scenario: Scenario): Scenario => ({ ...scenario, steps: scenario.steps.filter((step) => step.id !== id) })

const withStep =
  (id: string, change: object) =>
  (scenario: Scenario): Scenario => {
    const steps = scenario.steps.map((step) => (step.id === id ? { ...step, ...change } : step)) as Steps
    return { ...scenario, steps }
  }

const inBoth =
  (settings: Scenario['crossdc']['dc1']) =>
  (scenario: Scenario): Scenario => {
    const { dc1, dc2 } = scenario.crossdc
    return { ...scenario, crossdc: { dc1: { ...dc1, ...settings }, dc2: { ...dc2, ...settings } } }
  }

const lasting =
  (runForSeconds: number, change: (scenario: Scenario) => Scenario) =>
  (scenario: Scenario): Scenario =>
    change({ ...scenario, opts: { ...scenario.opts, runForSeconds } })

const killDc1 = { kind: 'kill', target: { dc: 'dc1' } }
const wan = { from: 'dc1', to: 'dc2', direction: 'both', ports: 'all' }

const twins: Readonly<Record<string, Twin>> = {
  'FAIL-01': {
    with: 'snapshots far apart',
    fails: 'loss_seconds',
    of: inBoth({ dataSnapshotExchangeInterval: 3000 }),
  },
  'SHUT-01': {
    with: 'a kill in place of the orderly shutdown',
    fails: 'loss',
    of: (scenario) => withoutStep('cancel')(withStep('shutdown', { fault: killDc1 })(scenario)),
  },
  'PART-01': { with: 'a cut that is mended in time', fails: 'takeover', of: withStep('cut', { forSeconds: 60 }) },
  'PART-02': { with: 'a cut beyond the window', fails: 'takeover', of: withStep('cut', { forSeconds: 200 }) },
  'WAN-01': {
    with: 'a delay beyond every time-out',
    fails: 'takeover',
    of: lasting(800, withStep('bad_line', { fault: { kind: 'netem', ...wan, delaySeconds: 60 }, forSeconds: 450 })),
  },
  'DOUB-01': { with: 'a survivor that lives', fails: 'loss', of: withoutStep('second_blow') },
  'BOTH-01': {
    with: 'nothing sent back',
    fails: 'loss',
    of: inBoth({ sendDataSnapshotsToOriginDCAtStartup: false }),
  },
  'PASS-01': {
    with: 'a launch script that fails',
    fails: 'takeover',
    of: (scenario) => ({ ...scenario, launchScript: { kind: 'exit', status: 1 } }),
  },
  'PASS-02': {
    with: 'a launch script that works',
    fails: 'takeover',
    of: (scenario) => ({ ...scenario, launchScript: { kind: 'submit', delaySeconds: 0 } }),
  },
  'REPL-01': { with: 'replication that works', fails: 'loss', of: withoutStep('silence') },
  'FLAP-01': {
    with: 'a line that stays down beyond the window',
    fails: 'takeover',
    of: lasting(
      900,
      withStep('flapping', {
        fault: { kind: 'flap', ...wan, how: 'drop', downSeconds: 200, upSeconds: 40, times: 1 },
      }),
    ),
  },
  'BACK-01': { with: 'no wait for the replica', fails: 'loss', of: withoutStep('settled') },
}

/** Coarse is fine enough to fail by. */
const timeScale = 150

const { all: shipped } = scenarios('scenarios/*.yaml')

test('every shipped scenario has a twin', () => {
  expect(Object.keys(twins).toSorted()).toEqual(shipped.map(({ testId }) => testId).toSorted())
})

for (const scenario of shipped) {
  const twin = twins[scenario.testId]
  if (twin === undefined) continue
  test(`${scenario.testId} fails its ${twin.fails} with ${twin.with}`, async ({ run }) => {
    const { opts } = twin.of(scenario)
    const report = await run({
      ...twin.of(scenario),
      testId: `${scenario.testId}-TWIN`,
      opts: { ...opts, timeScale, bestEffort: false },
    })
    expect(failed(report)).toContain(twin.fails)
  })
}

function failed({ checks }: RunReport): readonly string[] {
  return checks.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check)
}
