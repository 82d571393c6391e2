import type { FaultJournal } from '../faults/fault-journal.ts'
import type { RunReport } from '../model/run-report.ts'
import type { Scenario } from '../model/scenario.ts'
import type { LeasedPair, Testbed } from '../model/testbed.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { askedMetrics, askedProbes } from '../monitoring/monitor.ts'
import { preflight } from './preflight.ts'
import type { RegisteredProbe } from './registered-probe.ts'
import { probeReads } from './registered-probe.ts'
import type { RunExtensions } from './run-extensions.ts'
import { noRunExtensions } from './run-extensions.ts'
import { runScenario } from './run-scenario.ts'
import { Session } from './session.ts'
import type { SessionExtensions } from './session-options.ts'

/** Everything of users' own that a run may need, by name. */
export interface ScenarioExtensions extends RunExtensions, Partial<SessionExtensions> {
  readonly probes?: ReadonlyMap<string, RegisteredProbe>
}

/** A run of a scenario on a pair of its own. */
export interface TestbedRun {
  readonly scenario: Scenario
  readonly testbed: Testbed
  readonly seed: number
  /** System seconds per real second, where the scenario does not say. @default the testbed's own */
  readonly timeScale?: number
  readonly journal: FaultJournal
  readonly signal?: AbortSignal
  /** @default none */
  readonly extensions?: ScenarioExtensions
  /** Called with each event as it is seen, in the order of their being seen. */
  readonly onEvent?: (event: TimelineEvent) => void
  /** Called with the report before faults are healed at the end, and again after that. */
  readonly onReport?: (report: RunReport, timeline: Timeline) => Promise<void>
  /** Has `onReport` called only after that. @default both times */
  readonly onlyFinal?: boolean
  /** Called at the end, when the pair is still there. */
  readonly onEnd?: (report: RunReport, pair: LeasedPair) => Promise<void>
}

/** Real seconds between two looks at metrics and probes that a scenario asks for without saying how often. */
const monitorIntervalSeconds = 10

/**
 * Leases a pair, runs the scenario on it and gives it back.
 * @throws TestbedError for what the testbed cannot do, before anything is started; what is no FailoverError of the run
 */
export async function runOnTestbed(run: TestbedRun): Promise<RunReport> {
  const { scenario, testbed, seed, signal, journal, extensions = noRunExtensions, onEvent, onEnd } = run
  const { onReport, onlyFinal = false } = run
  const capabilities = testbed.capabilities()
  const { opts, testId } = scenario
  const timeScale = opts.timeScale ?? run.timeScale ?? capabilities.defaultTimeScale
  preflight({ scenario, capabilities, timeScale })
  const linkDelaySeconds = opts.linkDelaySeconds ?? capabilities.defaultLinkDelaySeconds ?? 0
  const pairSettings = { holder: testId, timeScale, linkDelaySeconds, seed }
  await using pair = await testbed.lease(pairSettings, signal === undefined ? {} : { signal })
  const { faults = new Map(), generators = new Map(), probes = new Map() }: ScenarioExtensions = extensions
  await using session: Session = new Session({
    pair,
    capabilities,
    definition: scenario,
    testId,
    seed,
    startOffsetSeconds: opts.startOffsetSeconds,
    journal,
    extensions: { faults, generators },
    watch: {
      intervalSeconds: opts.monitorIntervalSeconds ?? monitorIntervalSeconds,
      metrics: askedMetrics(scenario.checks),
      probes: probeReads(askedProbes(scenario.checks), {
        probes,
        context: () => ({ datacenters: pair.datacenters, jobId: (dc) => session.jobs.currentJobId(dc) }),
      }),
    },
  })
  if (onEvent !== undefined) session.recorder.subscribe(onEvent)
  const report = await runScenario({
    scenario,
    session,
    extensions,
    onlyFinal,
    ...(signal === undefined ? {} : { signal }),
    ...(onReport === undefined ? {} : { onReport }),
  })
  await onEnd?.(report, pair)
  return report
}
