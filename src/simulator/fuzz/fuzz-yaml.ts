import { stringify } from 'yaml'
import { unreachable } from '../../support/unreachable.ts'
import type { FuzzCase, FuzzFault, FuzzLine } from './fuzz-case.ts'
import { carriedOut } from './fuzz-faults.ts'
import { commonSettings, rhythmSettings, runSecondsOf, stepIdOf } from './fuzz-scenario.ts'
import type { FuzzTitle } from './fuzz-scenario.ts'

/** The text of a scenario file of a case. `comment` stands at its head, a line each. */
export function yamlOf(drawn: FuzzCase, title: FuzzTitle & { readonly comment?: readonly string[] }): string {
  const { comment = [] } = title
  const head = comment.map((line) => (line === '' ? '#\n' : `# ${line}\n`)).join('')
  const body = stringify(documentOf(drawn, title), { lineWidth: 0, flowCollectionPadding: true })
  return `${head}${head === '' ? '' : '\n'}${body}`
}

type Document = Readonly<Record<string, unknown>>

function documentOf(drawn: FuzzCase, title: FuzzTitle): Document {
  const { mode, channels, traffic } = drawn
  const crossdc = crossdcText(drawn)
  const steps = carriedOut(drawn).map(stepText)
  return {
    test_id: title.testId,
    description: title.description,
    tags: ['fuzz'],
    ...(mode === 'active-active' ? {} : { mode }),
    ...(channels === 1 ? {} : { submission_params: { channels } }),
    ...(Object.keys(crossdc).length === 0 ? {} : { crossdc }),
    ...(traffic === null
      ? {}
      : {
          pre_failover_data: {
            generator: 'sequence',
            rate: `${traffic.tuplesPerSecond}/s`,
            keys: traffic.keys,
            into: traffic.into === 'both' && mode === 'active-active' ? 'both' : 'dc1',
          },
        }),
    ...(steps.length === 0 ? {} : { fault_scenario: steps }),
    post_failover_validation_checks: [
      title.only === undefined ? 'toolkit_invariants' : { toolkit_invariants: { only: title.only } },
    ],
    opts: optsText(drawn),
  }
}

function crossdcText(drawn: FuzzCase): Document {
  const { settings, dc2 } = drawn
  return {
    ...(settings.rhythm === null ? {} : rhythmSettings(settings.rhythm)),
    ...commonSettings(drawn),
    ...(dc2 === null ? {} : { dc2: rhythmSettings(dc2) }),
  }
}

function optsText(drawn: FuzzCase): Document {
  const { profile, changedQuirks, isFused, pes, offsetTenths, linkDelayMs } = drawn
  const isPublished = profile === 'ibm-1.0.1'
  const quirks = Object.fromEntries(changedQuirks.map((id) => [id, isPublished ? 'off' : 'on']))
  const isPlain = changedQuirks.length === 0 && !isFused
  const toolkit = isPlain
    ? profile
    : { profile, ...(changedQuirks.length === 0 ? {} : { quirks }), ...(isFused ? { fused: 'on' } : {}) }
  return {
    run_for: seconds(runSecondsOf(drawn)),
    ...(offsetTenths === 0 ? {} : { start_offset: { dc2: tenths(offsetTenths) } }),
    // Without it a testbed has a delay of its own.
    link_delay: millis(linkDelayMs),
    ...(isPublished && isPlain ? {} : { toolkit }),
    ...(pes === 1 ? {} : { pes }),
  }
}

function stepText(fault: FuzzFault, index: number): Document {
  return {
    id: stepIdOf(fault, index),
    [fault.kind]: argumentsOf(fault),
    at: tenths(fault.at),
    ...('hold' in fault ? { for: tenths(fault.hold) } : {}),
  }
}

function argumentsOf(fault: FuzzFault): Document {
  switch (fault.kind) {
    case 'partition':
      return { ...lineText(fault.line), ports: fault.ports, how: fault.how }
    case 'netem':
      return {
        ...lineText(fault.line),
        delay: millis(fault.delayMs),
        ...(fault.jitterMs === 0 ? {} : { jitter: millis(fault.jitterMs) }),
        ...(fault.lossPercent === 0 ? {} : { loss: `${fault.lossPercent} %` }),
      }
    case 'flap':
      return {
        ...lineText(fault.line),
        down: seconds(fault.downSeconds),
        up: seconds(fault.upSeconds),
        times: fault.times,
        how: fault.how,
      }
    case 'connection_reset':
      return lineText(fault.line)
    case 'kill':
    case 'pause':
    case 'restart':
    case 'crash':
      return { target: fault.pe === null ? `${fault.dc}.job` : `${fault.dc}.pe[${fault.pe}]` }
    case 'operator_restart':
      return { target: `${fault.dc}.operator[${fault.operator}]` }
    case 'special_message':
      return { target: fault.dc, message: fault.message }
    case 'disk_slow':
      return { target: fault.dc, delay: tenths(fault.delayTenths) }
    case 'cancel_job':
    case 'orderly_shutdown':
    case 'datacenter_outage':
    case 'host_hang':
    case 'disk_full':
    case 'disk_readonly':
    case 'disk_error':
    case 'database_lost':
      return { target: fault.dc }
    default:
      return unreachable(fault)
  }
}

function lineText(line: FuzzLine): Document {
  if (line === 'both') return { between: ['dc1', 'dc2'] }
  return line === 'into_dc1' ? { from: 'dc2', to: 'dc1' } : { from: 'dc1', to: 'dc2' }
}

function seconds(value: number): string {
  return `${value} s`
}

function tenths(value: number): string {
  return `${value / 10} s`
}

function millis(value: number): string {
  return `${value} ms`
}
