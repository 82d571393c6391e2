import { unreachable } from '../../support/unreachable.ts'
import { tryDecodeHeartbeatMessage } from '../codec.ts'
import type { HeartbeatMessage, OperatorTuple, ToolkitEffect } from '../io.ts'

/**
 * For tests: effects as short texts, one each and in order, so that a row of a table reads like a line of toolkit reference §4. What is for the
 * event log only, and traces below `error`, are left out.
 */
export function effectTexts(effects: readonly ToolkitEffect[]): readonly string[] {
  return effects.flatMap((effect) => textOf(effect) ?? [])
}

/** The events among effects, by name. */
export function eventNames(effects: readonly ToolkitEffect[]): readonly string[] {
  return effects.flatMap((effect) => (effect.kind === 'event' ? [effect.event] : []))
}

/** A message as texts show it: type, count, origin, size of its snapshot and its part, as far as there are any. */
function messageText(message: HeartbeatMessage): string {
  const { heartbeatMsgType, heartbeatCnt, dataCenterOrigin, dataSnapshot, dataSnapshotOrigin } = message
  const part = dataSnapshotOrigin === '' ? '' : ` part ${dataSnapshotOrigin}`
  const size = dataSnapshot.length === 0 ? '' : ` ${dataSnapshot.length} B`
  return `type ${heartbeatMsgType} #${heartbeatCnt} ${dataCenterOrigin}${part}${size}`
}

function textOf(effect: ToolkitEffect): string | null {
  switch (effect.kind) {
    case 'schedule_tick':
      return `tick in ${effect.afterSeconds}`
    case 'send': {
      const decoded = tryDecodeHeartbeatMessage(effect.body)
      return `post ${decoded.ok ? messageText(decoded.message) : 'garbage'} to ${effect.machine} +${effect.portOffset}`
    }
    case 'accept_post':
      return `204 to ${effect.postId}`
    case 'emit_signal':
      return `signal ${messageText(effect.signal)}`
    case 'emit_status':
      return `${effect.active ? 'UP' : 'DOWN'}${effect.isPlanned ? ' planned' : ''}`
    case 'emit_replay':
      return `replay ${messageText(effect.message)}`
    case 'block_application':
      return 'block'
    case 'resume_application':
      return 'resume'
    case 'store_write':
      return `write ${effect.name}`
    case 'store_read':
      return `read ${effect.name}`
    case 'store_read_all':
      return `read all for ${effect.reader}`
    case 'store_delete':
      return `delete ${effect.name}`
    case 'store_delete_all':
      return `delete all ${effect.from}`
    case 'tuple':
      return `${tupleText(effect.tuple)} → ${effect.to}`
    case 'trace':
      return effect.level === 'error' ? `error: ${effect.text}` : null
    case 'event':
      return null
    default:
      return unreachable(effect)
  }
}

function tupleText(tuple: OperatorTuple): string {
  return tuple.kind === 'message' || tuple.kind === 'replay'
    ? `${tuple.kind} ${messageText(tuple.message)}`
    : tuple.kind === 'status'
      ? `status ${tuple.active}`
      : tuple.kind
}
