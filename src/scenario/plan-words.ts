import type { AskedCheck, FigureLimits, LossLimit, MetricSource, Polarity } from '../model/check.ts'
import { momentaryFaultKinds } from '../model/fault.ts'
import type { DatacenterRef, FaultSpec, LinkTarget, NetemFault, PortSelection, ProcessTarget } from '../model/fault.ts'
import type { JsonValue } from '../model/json.ts'
import type { TrafficSpec } from '../model/scenario.ts'
import type { Action, FaultStep, GroupStep, Step, Trigger } from '../model/step.ts'
import { counted, formatSeconds } from '../model/units.ts'

// Steps, checks and traffic in words, as short as a table wants them.

/** `kill dc1.job`, `wait 30 s`, `parallel of 3`. */
export function stepWords(step: Step): string {
  if ('fault' in step) return faultWords(step.fault)
  return 'action' in step ? actionWords(step.action) : groupWords(step)
}

/** `200 ms after the 2nd dc2.remote_down since cut`. */
export function triggerWords(trigger: Trigger): string {
  const { event, afterSeconds = 0, occurrence = 1, since } = trigger
  const name = event.of === 'step' ? `${event.step}.${event.event}` : `${event.dc}.${event.event}`
  const which = occurrence === 1 ? name : `${name} no. ${occurrence}`
  const from = since === undefined ? '' : ` since ${since}`
  return afterSeconds === 0 ? `${which}${from}` : `${formatSeconds(afterSeconds)} after ${which}${from}`
}

/** What ends a fault: `after 600 s`, `until dc2.takeover_done`, `with the run`. */
export function endWords({ fault, forSeconds, until, heal, during }: FaultStep): string {
  const inside = during === undefined ? '' : ', the steps inside done'
  if (heal === 'none') return 'left to teardown'
  if (forSeconds !== undefined) return `after ${formatSeconds(forSeconds)}${inside}`
  if (until !== undefined) return `until ${triggerWords(until)}${inside}`
  if (fault.kind === 'flap') return `after ${counted(fault.times, 'flap')}`
  const isBrief = fault.kind === 'restart' || momentaryFaultKinds.includes(fault.kind)
  return isBrief ? 'at once' : 'with the run'
}

/** `20/s into dc1, 16 keys`. */
export function trafficWords(traffic: TrafficSpec): string {
  const { rate, into, keys, generator, until, count, forSeconds, redirect } = traffic
  const name = generator.kind === 'custom' ? generator.name : generator.kind
  const end =
    count === undefined ? (forSeconds === undefined ? '' : `, for ${formatSeconds(forSeconds)}`) : `, ${count} tuples`
  const last = until === 'fault' ? ', until the first fault' : ''
  const then = redirect === undefined ? '' : ', then into the survivor'
  return `${name} ${numberWords(rate)}/s into ${into.join(' and ')}, ${counted(keys, 'key')}${end}${last}${then}`
}

/** `takeover by dc2`, `loss at most 151 s`. */
export function checkWords(check: AskedCheck): string {
  const scope = check.for === undefined ? '' : `, during ${check.for}`
  const weight = check.severity === undefined || check.severity === 'critical' ? '' : ` (${check.severity})`
  return `${specWords(check)}${scope}${weight}`
}

function faultWords(fault: FaultSpec<DatacenterRef>): string {
  switch (fault.kind) {
    case 'partition':
      return `partition ${linkWords(fault)}${portWords(fault.ports)}${fault.how === 'drop' ? '' : `, ${fault.how}`}`
    case 'netem':
      return `netem ${linkWords(fault)}${portWords(fault.ports)}: ${netemWords(fault)}`
    case 'bandwidth':
      return `bandwidth ${linkWords(fault)}${portWords(fault.ports)}: ${bitRate(fault.rateBitsPerSecond)}`
    case 'flap':
      return `flap ${linkWords(fault)}: ${fault.times} × ${formatSeconds(fault.downSeconds)} down, ${formatSeconds(fault.upSeconds)} up`
    case 'connection_reset':
      return `connection_reset ${linkWords(fault)}${portWords(fault.ports)}`
    case 'custom':
      return fault.name
    case 'kill':
    case 'crash':
    case 'pause':
    case 'restart':
      return `${fault.kind} ${processWords(fault.target)}`
    case 'operator_restart':
      return `operator_restart ${fault.target.dc}.operator[${fault.target.operator}]`
    case 'special_message':
      return `special_message ${fault.message} to ${fault.target.dc}`
    case 'disk_slow':
      return `disk_slow ${fault.target.dc} by ${formatSeconds(fault.delaySeconds)}`
    case 'clock_skew':
      return `clock_skew ${hostWords(fault.target)} by ${formatSeconds(fault.offsetSeconds)}`
    default:
      return `${fault.kind} ${'host' in fault.target ? hostWords(fault.target) : fault.target.dc}`
  }
}

function actionWords(action: Action): string {
  switch (action.kind) {
    case 'load':
      return `load ${action.rate === undefined ? `× ${numberWords(action.factor ?? 1)}` : `${numberWords(action.rate)}/s`}${action.into === undefined ? '' : ` into ${action.into.join(' and ')}`}`
    case 'quiesce':
      return 'quiesce'
    case 'mark':
      return `mark "${action.label}"`
    case 'wait':
      return action.until === undefined
        ? `wait ${formatSeconds(action.seconds ?? 0)}`
        : `wait for ${triggerWords(action.until)}`
    case 'heal':
      return `heal ${action.step}`
    case 'check':
      return `check ${checkWords(action.check)}`
    case 'exec':
      return `exec ${action.command.join(' ')}`
    case 'http':
      return `http ${action.method} ${action.url}`
    case 'custom':
      return action.name
    default:
      return action satisfies never
  }
}

function groupWords({ group, steps, budget }: GroupStep): string {
  return group === 'random' && budget !== undefined
    ? `random: ${budget.count} of ${steps.length}`
    : `${group} of ${steps.length}`
}

function linkWords({ from, to, direction }: LinkTarget<DatacenterRef>): string {
  return direction === 'both' ? `${from} ↔ ${to}` : `${from} → ${to}`
}

function portWords(ports: PortSelection): string {
  if (ports === 'all') return ''
  return `, ${typeof ports === 'string' ? ports : `port ${ports.join(', ')}`}`
}

function netemWords(fault: NetemFault<DatacenterRef>): string {
  const parts = [
    ['delay', fault.delaySeconds, milliseconds],
    ['jitter', fault.jitterSeconds, milliseconds],
    ['loss', fault.lossPercent, percent],
    ['duplicate', fault.duplicatePercent, percent],
    ['corrupt', fault.corruptPercent, percent],
    ['reorder', fault.reorderPercent, percent],
    ['rate', fault.rateBitsPerSecond, bitRate],
  ] as const
  return parts.flatMap(([name, value, show]) => (value === undefined ? [] : [`${name} ${show(value)}`])).join(', ')
}

function milliseconds(seconds: number): string {
  return seconds < 1 ? `${numberWords(seconds * 1000)} ms` : formatSeconds(seconds)
}

function percent(value: number): string {
  return `${numberWords(value)} %`
}

function bitRate(bitsPerSecond: number): string {
  const [size, unit] = bitsPerSecond >= 1e9 ? [1e9, 'gbit'] : bitsPerSecond >= 1e6 ? [1e6, 'mbit'] : [1e3, 'kbit']
  return `${numberWords(bitsPerSecond / size)} ${unit}`
}

function processWords({ dc, pes, management }: ProcessTarget<DatacenterRef>): string {
  if (management === true) return `${dc}.management`
  return pes === undefined ? `${dc}.job` : `${dc}.pe[${pes.join(', ')}]`
}

function hostWords({ dc, host }: { readonly dc: DatacenterRef; readonly host?: number }): string {
  return host === undefined ? dc : `${dc}.host[${host}]`
}

function specWords(check: AskedCheck): string {
  switch (check.kind) {
    case 'takeover': {
      const who = `${check.by === undefined ? '' : ` by ${check.by}`}${check.of === undefined ? '' : ` of ${check.of}`}`
      if (check.never) return `no takeover${who}`
      return `takeover${who}${check.within === undefined ? '' : ` within ${formatSeconds(check.within)}`}`
    }
    case 'status': {
      const remote = check.remote === undefined ? '' : ` sees remote ${check.remote}`
      const within = check.within === undefined ? '' : ` within ${formatSeconds(check.within)}`
      const changes = check.changesAtMost === undefined ? '' : `, at most ${counted(check.changesAtMost, 'change')}`
      return `status: ${check.dc}${remote}${within}${changes}`
    }
    case 'loss': {
      const limits = [limitWords('at most', check.atMost), limitWords('at least', check.atLeast)]
      return `loss ${limits.filter((text) => text !== '').join(', ')}`
    }
    case 'duplicates':
    case 'split_brain':
    case 'mutual_down':
      return `${check.kind} ${polarityWords(check.polarity)}`
    case 'order':
      return `order per ${check.per}`
    case 'state':
      return `state of ${check.dc} as ${check.equals.replace('_', ' ')}`
    case 'replication_age':
      return `replication_age of ${check.dc} at most ${formatSeconds(check.atMost)}`
    case 'availability':
    case 'throughput':
    case 'error_rate':
      return `${check.kind} ${figureWords(check)}`
    case 'latency':
      return `latency p${check.percentile} ${figureWords(check)}`
    case 'backlog_drains':
      return `backlog_drains within ${formatSeconds(check.within)}`
    case 'fail_back':
      return `fail_back${check.within === undefined ? '' : ` within ${formatSeconds(check.within)}`}`
    case 'script': {
      const launched = check.launched === undefined ? '' : ` launched ${counted(check.launched, 'time')}`
      return `script${launched}${check.exit === undefined ? '' : ` exit ${check.exit}`}`
    }
    case 'metric':
      return `metric ${check.name} of ${sourceWords(check.source)}${numberLimits(check)}`
    case 'probe':
      return `probe ${check.name}${check.expect === undefined ? '' : ` says ${jsonWords(check.expect)}`}`
    case 'steady_state':
      return `steady_state${check.probes.length === 0 ? '' : ` of ${check.probes.join(', ')}`}`
    case 'toolkit_invariants':
      return `toolkit_invariants${check.only === undefined ? '' : `: ${check.only.join(', ')}`}`
    case 'custom':
      return check.name
    default:
      return check.kind
  }
}

function limitWords(word: string, limit: LossLimit | undefined): string {
  if (limit === undefined) return ''
  const unit = limit.unit === 'percent' ? '%' : limit.unit === 'seconds' ? 's' : 'tuples'
  return `${word} ${numberWords(limit.value)} ${unit}`
}

function polarityWords(polarity: Polarity): string {
  return polarity.is === 'at_most' ? `at most ${formatSeconds(polarity.seconds)}` : polarity.is
}

function figureWords({ atMost, atLeast, phase }: FigureLimits): string {
  const limits = (
    [
      ['at most', atMost],
      ['at least', atLeast],
    ] as const
  ).flatMap(([word, limit]) => {
    if (limit === undefined) return []
    return [
      `${word} ${limit.of === 'baseline' ? `${numberWords(limit.percent)} % of baseline` : numberWords(limit.value)}`,
    ]
  })
  return `${limits.join(', ')}${phase === 'whole' ? '' : ` (${phase.replace('_', ' ')})`}`
}

function numberLimits({ atMost, atLeast }: { readonly atMost?: number; readonly atLeast?: number }): string {
  const most = atMost === undefined ? '' : ` at most ${numberWords(atMost)}`
  return `${most}${atLeast === undefined ? '' : ` at least ${numberWords(atLeast)}`}`
}

function sourceWords(source: MetricSource): string {
  if (source.kind !== 'rest') return source.kind
  return source.operator === undefined ? source.dc : `${source.dc} ${source.operator}`
}

function jsonWords(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** At most four decimals, none of them idle. */
function numberWords(value: number): string {
  return String(Number(value.toFixed(4)))
}
