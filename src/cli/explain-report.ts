import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { withoutSecrets } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { datacenterNames, otherDatacenter } from '../model/datacenter.ts'
import type { PredictedWindow } from '../model/takeover.ts'
import type { ToolkitBehaviour } from '../model/toolkit-behaviour.ts'
import { formatSeconds } from '../model/units.ts'
import {
  blipTolerated,
  detectionBudget,
  detectionWindow,
  firstUpSeconds,
  lossBound,
  lossCases,
  missesUntilDown,
  nextSignalWithinSeconds,
  oneWayLoss,
  orderlyDetectionWindow,
  recoveryAfterHealSeconds,
  returnTimes,
  rtoWindow,
  settingsWarnings,
  signalTicks,
  silenceWindow,
  snapshotSchedule,
  snapshotStoreKind,
  steadiness,
  whyNeverRecovers,
} from '../toolkit/oracle.ts'
import type {
  DetectionBudget,
  LossBound,
  LossCase,
  OneWayLoss,
  ReturnTimes,
  SettingsWarning,
  SignalTick,
  SnapshotSchedule,
  SnapshotStoreKind,
  Steadiness,
} from '../toolkit/oracle.ts'
import type { SourcedSettings } from './explain-settings.ts'

/** Signals that are listed. */
const signalsShown = 5

type EachDc<T> = Readonly<Record<DatacenterName, T>>

/** How one DC watches the other. Null: never. System seconds. */
export interface DetectionFigures {
  readonly downOnMiss: number | null
  readonly afterLastHeartbeat: PredictedWindow | null
  readonly afterCrash: PredictedWindow | null
  readonly afterOrderlyShutdown: PredictedWindow | null
  /** Infinite where DOWN is never declared. */
  readonly blipToleratedSeconds: number
  readonly healthyRemote: Steadiness
  /** When this DC hears nothing, though the other does. */
  readonly oneWayLoss: OneWayLoss
  /** The other's sender against this DC's patience. */
  readonly budget: DetectionBudget
  /** To the takeover of this DC, without what replay, launch and operator take. */
  readonly rto: PredictedWindow | null
  readonly isPassive: boolean
}

/** How one DC's state is protected by the other, and what of it may be lost. */
export interface ProtectionFigures {
  readonly schedule: SnapshotSchedule | null
  readonly signals: readonly SignalTick[]
  readonly protectedAgainWithinSeconds: number | null
  /** The other's store. */
  readonly store: SnapshotStoreKind
  readonly loss: Readonly<Record<LossCase, LossBound>>
}

/** When one DC reports the other UP. */
export interface UpFigures {
  /** Both started at once. */
  readonly coldStartSeconds: number | null
  /** The other came back after its DOWN. */
  readonly afterReturn: ReturnTimes
}

/** Everything that `failover explain` says, as data: its `--json`. */
export interface Explanation {
  readonly toolkit: ToolkitBehaviour
  readonly settings: EachDc<CrossDcSettings>
  readonly sources: EachDc<SourcedSettings['sources']>
  /** By the DC that watches. */
  readonly detection: EachDc<DetectionFigures>
  /** By the DC whose state it is. */
  readonly protection: EachDc<ProtectionFigures>
  /** By the DC that reports. */
  readonly up: EachDc<UpFigures>
  /** After the heal of a cut that both noticed; null: never. */
  readonly recoveryAfterHealSeconds: number | null
  readonly willNotRecover: readonly { readonly situation: string; readonly reason: string }[]
  readonly warnings: readonly SettingsWarning[]
  /** What the grammar of the file made of its lines. */
  readonly fileNotes: readonly string[]
}

/** What the oracle says of a pair. */
export function explain(options: {
  readonly pair: EachDc<SourcedSettings>
  readonly behaviour: ToolkitBehaviour
  readonly fileNotes: readonly string[]
}): Explanation {
  const { pair, behaviour, fileNotes } = options
  const settings = { dc1: pair.dc1.settings, dc2: pair.dc2.settings }
  const each = <T>(of: (dc: DatacenterName) => T): EachDc<T> => ({ dc1: of('dc1'), dc2: of('dc2') })
  return {
    toolkit: behaviour,
    settings: each((dc) => withoutSecrets(settings[dc])),
    sources: each((dc) => pair[dc].sources),
    detection: each((dc) => detectionOf(settings[dc], settings[otherDatacenter(dc)], behaviour)),
    protection: each((dc) => protectionOf(settings[dc], settings[otherDatacenter(dc)], behaviour)),
    up: each((dc) => upOf(settings[dc], settings[otherDatacenter(dc)], behaviour)),
    recoveryAfterHealSeconds: recoveryAfterHealSeconds([settings.dc1, settings.dc2], behaviour),
    willNotRecover: stuckSituations(settings, behaviour),
    warnings: settingsWarnings({ settings, behaviour }),
    fileNotes,
  }
}

function detectionOf(
  observer: CrossDcSettings,
  failed: CrossDcSettings,
  behaviour: ToolkitBehaviour,
): DetectionFigures {
  const sides = { observer, failed, behaviour }
  return {
    downOnMiss: missesUntilDown(observer, behaviour),
    afterLastHeartbeat: silenceWindow(observer, behaviour),
    afterCrash: detectionWindow(sides),
    afterOrderlyShutdown: orderlyDetectionWindow(observer, behaviour),
    blipToleratedSeconds: blipTolerated(sides),
    healthyRemote: steadiness(sides),
    oneWayLoss: oneWayLoss({ deaf: observer, muted: failed, behaviour }),
    budget: detectionBudget({ sender: failed, observer, behaviour }),
    rto: rtoWindow({ ...sides, takeoverSlackSeconds: 0 }),
    isPassive: observer.crossDCOperationMode === 0,
  }
}

function protectionOf(
  failed: CrossDcSettings,
  survivor: CrossDcSettings,
  behaviour: ToolkitBehaviour,
): ProtectionFigures {
  const bounds = lossCases.map((which) => [which, lossBound(which, { failed, survivor, behaviour })] as const)
  return {
    schedule: snapshotSchedule(failed, behaviour),
    signals: signalTicks({ settings: failed, count: signalsShown, behaviour }),
    protectedAgainWithinSeconds: nextSignalWithinSeconds(failed, behaviour),
    store: snapshotStoreKind(survivor, behaviour),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one for each case
    loss: Object.fromEntries(bounds) as Record<LossCase, LossBound>,
  }
}

function upOf(observer: CrossDcSettings, remote: CrossDcSettings, behaviour: ToolkitBehaviour): UpFigures {
  return {
    coldStartSeconds: firstUpSeconds({ observerStartSeconds: 0, remote, remoteStartSeconds: 0 }),
    afterReturn: returnTimes({ returned: remote, survivor: observer, behaviour }),
  }
}

/** Situations that people meet, each with the oracle's reason why it stays so; one reason is given once. */
function stuckSituations(
  settings: EachDc<CrossDcSettings>,
  behaviour: ToolkitBehaviour,
): Explanation['willNotRecover'] {
  const down = { dc1: 'down', dc2: 'down' } as const
  const up = { dc1: 'up', dc2: 'up' } as const
  const unknown = { dc1: 'never_contacted', dc2: 'never_contacted' } as const
  const windows = datacenterNames.map((dc) => silenceWindow(settings[dc], behaviour))
  const cut = Math.max(...windows.map((window) => window?.maxSeconds ?? Number.POSITIVE_INFINITY))
  const situations = [
    { situation: 'as they are set', at: { settings, behaviour, statuses: up } },
    ...(Number.isFinite(cut)
      ? [
          {
            situation: `the WAN cut for more than ${formatSeconds(cut)}, also after its heal`,
            at: { settings, behaviour, statuses: down },
          },
        ]
      : []),
    ...datacenterNames.flatMap((dc) => [
      {
        situation: `${dc} told OrderlyShutdown and not stopped`,
        at: { settings, behaviour, statuses: up, closing: [dc] },
      },
      {
        situation: `${dc} gone before its first heartbeat arrived`,
        at: { settings, behaviour, statuses: unknown, gone: [dc] },
      },
    ]),
  ]
  const found = situations.flatMap(({ situation, at }) => {
    const reason = whyNeverRecovers(at)
    return reason === null ? [] : [{ situation, reason }]
  })
  return found.filter(({ reason }, index) => found.findIndex((other) => other.reason === reason) === index)
}
