import { isDatacenterName } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type { EventName } from '../../model/timeline.ts'
import type { ToolkitEffect } from '../io.ts'

/** An event for the log. `of` is kept only when the name is one of the two that timelines know. */
export function event(name: EventName, of: string | null, detail?: JsonObject): ToolkitEffect {
  const known: { of?: DatacenterName } = of !== null && isDatacenterName(of) ? { of } : {}
  return { kind: 'event', event: name, ...known, ...(detail === undefined ? {} : { detail }) }
}

/** What goes wrong without a trace: a table's reader keeps silent (toolkit reference §5.6), the event log does not. */
export function silentFailure(aspect: string, text: string, more: JsonObject = {}): ToolkitEffect {
  return { kind: 'event', event: 'toolkit_error', detail: { aspect, text, ...more } }
}

/** An error that the toolkit traces and lives with: the trace, and an event so that timelines show it. */
export function failure(aspect: string, text: string, more: JsonObject = {}): readonly ToolkitEffect[] {
  return [{ kind: 'trace', level: 'error', aspect, text }, silentFailure(aspect, text, more)]
}
