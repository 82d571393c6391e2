import type { Random } from '../../support/random.ts'
import type { ToolkitEffect } from '../io.ts'
import { event } from './events.ts'
import type { StatusChange } from './heartbeat-watchdog.ts'

/** Whom a change of the remote's status is told, in which order. */
export function statusEffects(
  change: StatusChange | null,
  about: { readonly remote: string | null; readonly random: Random },
): readonly ToolkitEffect[] {
  if (change === null) return []
  const { active, isPlanned } = change
  const tuple = { kind: 'status', active, isPlanned } as const
  const told: ToolkitEffect = { kind: 'emit_status', active, isPlanned }
  const watched: ToolkitEffect = { kind: 'tuple', to: 'RemoteDataCenterWatchdog', tuple }
  return [
    event(active ? 'remote_up' : 'remote_down', about.remote, isPlanned ? { isPlanned } : undefined),
    { kind: 'tuple', to: 'HeartbeatMessagePreparer', tuple },
    // The application may see the replay before the status or after it (toolkit reference §2); the log says what caused what.
    ...about.random.shuffle([told, watched]),
  ]
}
