import { answeredBy } from '../../checks/acceptance.ts'
import { judgeCheck } from '../../checks/evaluate.ts'
import { faultSpans, type FaultSpan } from '../../checks/fault-events.ts'
import { finalStates } from '../../checks/final-state.ts'
import { deriveFacts } from '../../checks/judge-check.ts'
import { runEnd } from '../../checks/liveness.ts'
import { predictLossSeconds } from '../../checks/predicted-loss.ts'
import { statusChanges, type StatusChange } from '../../checks/status-changes.ts'
import type { AskedCheck } from '../../model/check.ts'
import { datacenterNames, type DatacenterName } from '../../model/datacenter.ts'
import type { RunReport } from '../../model/run-report.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { Timeline } from '../../model/timeline.ts'
import type { CheckResult } from '../../model/verdict.ts'
import type { Simulated } from '../simulate.ts'

/** What a scenario does without anything planted: what plants are placed by, and what their effect is measured against. */
export class Baseline {
  readonly scenario: Scenario
  readonly report: RunReport
  /** Up to the run's end. */
  readonly timeline: Timeline
  readonly faults: readonly FaultSpan[]
  readonly end: number
  /** DCs that said at the end what they have. */
  readonly serving: readonly DatacenterName[]
  /** The most seconds of loss that the settings allow; null when they give no bound. */
  readonly lossBoundSeconds: number | null

  constructor(scenario: Scenario, { report, timeline: whole }: Simulated) {
    const { timeline } = deriveFacts(whole)
    this.scenario = scenario
    this.report = report
    this.timeline = timeline
    this.faults = faultSpans(timeline)
    this.end = runEnd(timeline)
    this.serving = finalStates(timeline).map(({ dc }) => dc)
    this.lossBoundSeconds = predictLossSeconds(timeline)
  }

  /** DCs that took tuples in. */
  get fed(): readonly DatacenterName[] {
    return datacenterNames.filter((dc) => this.acceptedBetween(dc, -Infinity, Infinity) > 0)
  }

  /** The first fault that struck the DC, or the first of all when none did. */
  firstFaultOf(dc: DatacenterName): FaultSpan | undefined {
    return this.faults.find((fault) => fault.dc === dc) ?? this.faults[0]
  }

  /** How many tuples a DC accepted in a time. */
  acceptedBetween(dc: DatacenterName, from: number, to: number): number {
    const upTo = (t: number): number =>
      this.timeline.deliveries.reduce((sum, span) => {
        if (span.into !== dc || span.outcome !== 'accepted') return sum
        const part = answeredBy(span, t)
        return sum + (part === undefined ? 0 : part.to - part.from + 1)
      }, 0)
    return upTo(to) - (from === -Infinity ? 0 : upTo(from))
  }

  /** When a DC accepted its first tuple; undefined when it never did. */
  firstAcceptance(dc: DatacenterName): number | undefined {
    const times = this.timeline.deliveries.flatMap(({ into, outcome, startTime }) =>
      into === dc && outcome === 'accepted' ? [startTime] : [],
    )
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** When the DC's state was first safe in the other one. */
  firstProtection(dc: DatacenterName): number | undefined {
    return this.timeline.events.find((event) => event.event === 'protected' && event.dc === dc)?.t
  }

  /** What a DC said of the other, after its first UP. */
  changesAfterFirstUp(dc: DatacenterName): readonly StatusChange[] {
    const own = statusChanges(this.timeline).filter((change) => change.dc === dc)
    const firstUp = own.findIndex(({ event }) => event === 'remote_up')
    return firstUp === -1 ? [] : own.slice(firstUp + 1)
  }

  /** When an observer noticed that the other was gone, by takeover. */
  get detections(): readonly { readonly observer: DatacenterName; readonly of: DatacenterName; readonly at: number }[] {
    return this.report.takeovers.flatMap(({ observer, of, phases }) => {
      const noticed = phases.find(({ name }) => name === 'detection')
      return noticed === undefined ? [] : [{ observer, of, at: noticed.endSeconds }]
    })
  }

  judge(check: AskedCheck): CheckResult {
    return judgeCheck(check, this.timeline)
  }
}
