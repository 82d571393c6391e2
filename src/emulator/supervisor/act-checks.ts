import { TestbedError } from '../../model/errors.ts'
import type { StoreFault, TestbedAct, TestbedTrigger } from '../../model/testbed-act.ts'
import type { EventName } from '../../model/timeline.ts'
import { datacenterField, fieldsOf, listField, mismatch, numberField, portField, ruleField } from './control-checks.ts'
import { textField, wholeField, type Fields } from './control-checks.ts'
import type { ActRequest } from './pair-acts.ts'

/** Far more than a step of a scenario comes to. */
const actsMax = 1000

/** Acts to perform, as a client asks for them. @throws TestbedError when they are none */
export function actRequest(fields: Fields): ActRequest {
  const acts = listField(fields, 'acts', actOf)
  if (acts.length > actsMax) throw new TestbedError(`Expected at most ${actsMax} acts at a time, got ${acts.length}.`)
  const when = fields['when']
  return {
    id: wholeField(fields, { name: 'id', min: 0 }),
    acts,
    when: when === null || when === undefined ? null : triggerOf(fieldsOf(when)),
  }
}

function triggerOf(when: Fields): TestbedTrigger {
  return {
    // A name that no event has is never seen; which ones there are is the scenario language's business.
    // eslint-disable-next-line typescript/no-unsafe-type-assertion
    event: textField(when, 'event') as EventName,
    dc: datacenterField(when, 'dc'),
    occurrence: wholeField(when, { name: 'occurrence', min: 1 }),
    afterSeconds: numberField(when, 'afterSeconds', 0),
    sinceTime: numberField(when, 'sinceTime', Number.NEGATIVE_INFINITY),
  }
}

type ReadAct = (fields: Fields) => TestbedAct

const actReaders: Readonly<Record<TestbedAct['kind'], ReadAct>> = {
  hold_down: ofPes('hold_down'),
  let_up: ofPes('let_up'),
  kill_pes: ofPes('kill_pes'),
  pause_pes: ofPes('pause_pes'),
  resume_pes: ofPes('resume_pes'),
  stop_management: ofManagement('stop_management'),
  start_management: ofManagement('start_management'),
  pause_management: ofManagement('pause_management'),
  resume_management: ofManagement('resume_management'),
  apply_rules: (act) => ({
    kind: 'apply_rules',
    rules: listField(act, 'rules', (rule) => ruleField({ rule }, 'rule')),
  }),
  remove_rules: (act) => ({ kind: 'remove_rules', ids: listField(act, 'ids', (id) => textField({ id }, 'id')) }),
  reset_connections: (act) => ({
    kind: 'reset_connections',
    from: datacenterField(act, 'from'),
    to: datacenterField(act, 'to'),
    ports: listField(act, 'ports', (port) => portField({ port }, 'port')),
  }),
  store_fault: (act) => ({
    kind: 'store_fault',
    dc: datacenterField(act, 'dc'),
    fault: act['fault'] === null ? null : storeFaultOf(fieldsOf(act['fault'])),
  }),
  restart_operator: (act) => ({
    kind: 'restart_operator',
    dc: datacenterField(act, 'dc'),
    operator: textField(act, 'operator'),
  }),
}

function actOf(value: unknown): TestbedAct {
  const fields = fieldsOf(value)
  const kind = textField(fields, 'kind')
  if (!isActKind(kind)) throw mismatch('kind', `one of ${Object.keys(actReaders).join(', ')}`, kind)
  return actReaders[kind](fields)
}

function isActKind(kind: string): kind is TestbedAct['kind'] {
  return Object.hasOwn(actReaders, kind)
}

function ofPes(kind: 'hold_down' | 'let_up' | 'kill_pes' | 'pause_pes' | 'resume_pes'): ReadAct {
  return (act) => {
    const dc = datacenterField(act, 'dc')
    if (act['pes'] === undefined) return { kind, dc }
    return { kind, dc, pes: listField(act, 'pes', (pe) => wholeField({ pe }, { name: 'pe', min: 0 })) }
  }
}

function ofManagement(
  kind: 'stop_management' | 'start_management' | 'pause_management' | 'resume_management',
): ReadAct {
  return (act) => ({ kind, dc: datacenterField(act, 'dc') })
}

function storeFaultOf(fault: Fields): StoreFault {
  const { mode } = fault
  if (mode === 'full' || mode === 'readonly' || mode === 'error' || mode === 'lost') return { mode }
  if (mode === 'slow') return { mode, delaySeconds: numberField(fault, 'delaySeconds', 0) }
  throw mismatch('fault.mode', 'full, readonly, slow, error or lost', mode)
}
