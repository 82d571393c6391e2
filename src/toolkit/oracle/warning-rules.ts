import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { formatSeconds } from '../../model/units.ts'
import { machinesOf } from './budget.ts'
import { isHeartbeatOff, missesUntilDown } from './detection.ts'
import { areSnapshotsOff, missingJdbcKeys, snapshotSchedule, snapshotStoreKind } from './snapshots.ts'
import { settingNames, settingParameters } from '../parameters.ts'
import { namesItself } from './stuck.ts'
import type { WarningRule, WarningSubject, WarningText } from './warnings.ts'

/** What is to be said of one DC's settings for themselves (toolkit reference §1.4, §5.1). */
export const ownWarningRules: readonly WarningRule[] = [
  ['heartbeat-off', heartbeatOff],
  ['heartbeat-without-pause', heartbeatWithoutPause],
  ['misses-never-passed', missesNeverPassed],
  ['interval-fractional', intervalFractional],
  ['snapshots-off', snapshotsOff],
  ['snapshot-interval-crashes', snapshotIntervalCrashes],
  ['snapshot-interval-no-multiple', snapshotIntervalNoMultiple],
  ['snapshot-period-differs', snapshotPeriodDiffers],
  ['snapshot-store-missing', snapshotStoreMissing],
  ['jdbc-incomplete', jdbcIncomplete],
  ['jdbc-without-key-column', jdbcWithoutKeyColumn],
  ['jdbc-and-directory', jdbcAndDirectory],
  ['machine-list-blanks', machineListBlanks],
  ['machine-list-empty', machineListEmpty],
  ['machine-list-localhost', machineListLocalhost],
  ['timeout-endless', timeoutEndless],
  ['name-with-slash', nameWithSlash],
  ['mode-unknown', modeUnknown],
  ['retain-left-on', retainLeftOn],
  ['send-back-left-on', sendBackLeftOn],
  ['passive-without-retain', passiveWithoutRetain],
  ['value-out-of-range', valueOutOfRange],
]

function heartbeatOff({ own }: WarningSubject): WarningText | null {
  if (!isHeartbeatOff(own)) return null
  return {
    severity: 'warning',
    keys: ['heartbeatExchangeInterval'],
    message:
      'Failover is off: heartbeatExchangeInterval has its default of 14 years, so one heartbeat is sent and none after it.',
    advice:
      'Set it, such as to 30; a key that is misspelt or a file that is not found gives the default without a word.',
  }
}

function heartbeatWithoutPause({ own }: WarningSubject): WarningText | null {
  if (own.heartbeatExchangeInterval > 0) return null
  return {
    severity: 'warning',
    keys: ['heartbeatExchangeInterval'],
    message: `heartbeatExchangeInterval is ${own.heartbeatExchangeInterval}: ticks follow each other without a pause.`,
    advice: 'Set it to a second or more.',
  }
}

function missesNeverPassed({ own, behaviour }: WarningSubject): WarningText | null {
  if (isHeartbeatOff(own) || missesUntilDown(own, behaviour) !== null) return null
  return {
    severity: 'warning',
    keys: ['consecutiveHeartbeatMissesAllowed'],
    message: 'The remote is never declared down: the count of misses is a byte and wraps before it passes 255.',
    advice: 'Set consecutiveHeartbeatMissesAllowed to 254 at most.',
  }
}

function intervalFractional({ own }: WarningSubject): WarningText | null {
  const keys = (['heartbeatExchangeInterval', 'dataSnapshotExchangeInterval'] as const).filter(
    (key) => own[key] > 0 && !Number.isInteger(own[key]) && (key !== 'dataSnapshotExchangeInterval' || own[key] > 1),
  )
  if (keys.length === 0) return null
  const effect =
    own.heartbeatExchangeInterval < 1
      ? 'an interval below 1 s counts as 0 there, and every tick gives a snapshot signal'
      : 'snapshots come at other times than the figures say'
  return {
    severity: 'warning',
    keys,
    message: `The arithmetic of snapshots drops the fraction of ${keys.map((key) => `${key} ${own[key]}`).join(' and ')}: ${effect}.`,
    advice: 'Use whole seconds.',
  }
}

function snapshotsOff({ own }: WarningSubject): WarningText | null {
  if (own.crossDCOperationMode !== 1 || !areSnapshotsOff(own)) return null
  return {
    severity: 'warning',
    keys: ['dataSnapshotExchangeInterval'],
    message:
      'No snapshots are sent: dataSnapshotExchangeInterval has its default of 28 years. A crash loses the whole state.',
    advice: 'Set it, such as to 180; leave it where only heartbeats are wanted.',
  }
}

function snapshotIntervalCrashes({ own }: WarningSubject): WarningText | null {
  if (own.dataSnapshotExchangeInterval >= 1) return null
  return {
    severity: 'warning',
    keys: ['dataSnapshotExchangeInterval'],
    message: `dataSnapshotExchangeInterval is ${own.dataSnapshotExchangeInterval} s, which counts as 0: the PE divides by it and ends once the remote is up.`,
    advice: 'Set it to 1 or more.',
  }
}

function snapshotIntervalNoMultiple({ own, behaviour }: WarningSubject): WarningText | null {
  const schedule = snapshotSchedule(own, behaviour)
  if (schedule === null || isMultiple(own)) return null
  return {
    severity: 'warning',
    keys: ['dataSnapshotExchangeInterval', 'heartbeatExchangeInterval'],
    message: `dataSnapshotExchangeInterval ${own.dataSnapshotExchangeInterval} is no multiple of heartbeatExchangeInterval ${own.heartbeatExchangeInterval}: snapshots come every ${formatSeconds(schedule.periodSeconds)}, the first at tick ${schedule.firstTick}.`,
    advice: 'Make it a multiple.',
  }
}

function snapshotPeriodDiffers({ own, behaviour }: WarningSubject): WarningText | null {
  const schedule = snapshotSchedule(own, behaviour)
  const isPlain =
    isMultiple(own) && [own.heartbeatExchangeInterval, own.dataSnapshotExchangeInterval].every(Number.isInteger)
  if (schedule === null || !isPlain || schedule.periodSeconds === own.dataSnapshotExchangeInterval) return null
  return {
    severity: 'note',
    keys: ['dataSnapshotExchangeInterval'],
    message: `Snapshots come every ${formatSeconds(schedule.periodSeconds)}, not every ${formatSeconds(own.dataSnapshotExchangeInterval)} (quirk Q2).`,
    advice: `For a period of ${formatSeconds(own.dataSnapshotExchangeInterval)} set it to ${own.dataSnapshotExchangeInterval + own.heartbeatExchangeInterval}.`,
  }
}

/** In the toolkit's arithmetic; an interval below 1 s counts as 0 and signals on every tick. */
function isMultiple(own: CrossDcSettings): boolean {
  const interval = Math.floor(own.heartbeatExchangeInterval)
  return interval < 1 || Math.floor(own.dataSnapshotExchangeInterval) % interval === 0
}

function snapshotStoreMissing({ own, peer }: WarningSubject): WarningText | null {
  const isNeeded = snapshotSchedule(peer) !== null
  if (!isNeeded || own.dataSnapshotJdbcUrl !== '' || own.dataSnapshotStorageDirectory !== '') return null
  return {
    severity: 'warning',
    keys: ['dataSnapshotStorageDirectory', 'dataSnapshotJdbcUrl'],
    message: "The other datacenter's snapshots cannot be kept: neither a directory nor a database is named.",
    advice: 'Set dataSnapshotStorageDirectory or dataSnapshotJdbcUrl.',
  }
}

function jdbcIncomplete({ own }: WarningSubject): WarningText | null {
  const missing = missingJdbcKeys(own)
  if (own.dataSnapshotJdbcUrl === '' || missing.length === 0) return null
  return {
    severity: 'warning',
    keys: ['dataSnapshotJdbcUrl', ...missing],
    message: `dataSnapshotJdbcUrl is set, but not ${missing.join(', ')}: the database operators stay idle, and nothing is stored.`,
    advice: 'Set all of them.',
  }
}

function jdbcWithoutKeyColumn({ own, behaviour }: WarningSubject): WarningText | null {
  const isMissing = own.dataSnapshotJdbcUrl !== '' && own.dataSnapshotPrimaryKeyColumnName === ''
  if (!isMissing || !behaviour.quirks.Q5) return null
  return {
    severity: 'warning',
    keys: ['dataSnapshotPrimaryKeyColumnName'],
    message: 'Without dataSnapshotPrimaryKeyColumnName the SQL with a key is invalid (quirk Q5): nothing is stored.',
    advice: 'Set it, such as to id.',
  }
}

function jdbcAndDirectory({ own }: WarningSubject): WarningText | null {
  if (own.dataSnapshotJdbcUrl === '' || own.dataSnapshotStorageDirectory === '') return null
  return {
    severity: 'warning',
    keys: ['dataSnapshotJdbcUrl', 'dataSnapshotStorageDirectory'],
    message:
      'Both a database and a directory are named: snapshots go to the database, but the start-up deletion empties the directory.',
    advice: 'Name one of the two.',
  }
}

function machineListBlanks({ own }: WarningSubject): WarningText | null {
  const list = own.remoteDataCenterApplicationMachineNames
  const isBad = list !== '' && list.split(',').some((machine) => machine === '' || /\s/.test(machine))
  if (!isBad) return null
  return {
    severity: 'warning',
    keys: ['remoteDataCenterApplicationMachineNames'],
    message: `remoteDataCenterApplicationMachineNames ${JSON.stringify(list)} has a blank or nothing beside a comma, which makes a bad URL: that machine is never reached.`,
    advice: 'Separate the hosts by commas alone.',
  }
}

function machineListEmpty({ own }: WarningSubject): WarningText | null {
  if (machinesOf(own).length > 0) return null
  return {
    severity: 'warning',
    keys: ['remoteDataCenterApplicationMachineNames'],
    message: 'remoteDataCenterApplicationMachineNames names no machine: nothing is ever sent.',
    advice: "Name every host that may run the other datacenter's receivers.",
  }
}

function machineListLocalhost({ own }: WarningSubject): WarningText | null {
  if (!namesItself(own)) return null
  return {
    severity: 'warning',
    keys: ['remoteDataCenterApplicationMachineNames'],
    message:
      'remoteDataCenterApplicationMachineNames is localhost, its default: the job talks to itself, reports the remote up and never down.',
    advice: "Name the other datacenter's hosts.",
  }
}

function timeoutEndless({ own }: WarningSubject): WarningText | null {
  const keys = (['httpConnectionTimeout', 'httpReadTimeout'] as const).filter((key) => own[key] === 0)
  if (keys.length === 0) return null
  return {
    severity: 'warning',
    keys,
    message: `${keys.join(' and ')} 0 means no limit: a remote that drops or hangs holds the sender up for ever.`,
    advice: 'Set a number of seconds.',
  }
}

function nameWithSlash({ own }: WarningSubject): WarningText | null {
  if (!own.localDataCenterName.includes('/')) return null
  return {
    severity: 'warning',
    keys: ['localDataCenterName'],
    message: `localDataCenterName ${JSON.stringify(own.localDataCenterName)} holds a slash: the other datacenter cannot open the files named after it.`,
    advice: 'Use letters, digits, - and _.',
  }
}

function modeUnknown({ own }: WarningSubject): WarningText | null {
  const mode = own.crossDCOperationMode
  if (mode === 0 || mode === 1) return null
  return {
    severity: 'warning',
    keys: ['crossDCOperationMode'],
    message: `crossDCOperationMode is ${mode}: it sends no snapshots, but takes over.`,
    advice: 'Set 1 for active or 0 for passive.',
  }
}

function retainLeftOn({ own }: WarningSubject): WarningText | null {
  if (!own.retainOlderDataSnapshotsAtStartup || own.crossDCOperationMode === 0) return null
  return {
    severity: 'warning',
    keys: ['retainOlderDataSnapshotsAtStartup'],
    message:
      'retainOlderDataSnapshotsAtStartup is on: snapshots of former runs stay, and SendMeDataFromSnapshotFiles replays them too.',
    advice: 'Turn it off once the old data were read.',
  }
}

function sendBackLeftOn({ own }: WarningSubject): WarningText | null {
  if (!own.sendDataSnapshotsToOriginDCAtStartup) return null
  return {
    severity: 'warning',
    keys: ['sendDataSnapshotsToOriginDCAtStartup'],
    message:
      "sendDataSnapshotsToOriginDCAtStartup is on: when only this datacenter restarts, the other one's older state goes back into its living one.",
    advice: 'Turn it on for a restart of both, and off after it.',
  }
}

function passiveWithoutRetain({ own }: WarningSubject): WarningText | null {
  const isDeleting = !own.retainOlderDataSnapshotsAtStartup && !own.sendDataSnapshotsToOriginDCAtStartup
  if (own.crossDCOperationMode !== 0 || !isDeleting || snapshotStoreKind(own) === 'none') return null
  return {
    severity: 'warning',
    keys: ['crossDCOperationMode', 'retainOlderDataSnapshotsAtStartup'],
    message:
      'A passive datacenter keeps the replicas, but a job launched with retainOlderDataSnapshotsAtStartup off deletes them at its first tick.',
    advice: 'Launch with retainOlderDataSnapshotsAtStartup on, and send SendMeDataFromSnapshotFiles.',
  }
}

/** Other rules say what comes of these. */
const ownRuleOfRange: readonly (keyof CrossDcSettings)[] = [
  'crossDCOperationMode',
  'heartbeatExchangeInterval',
  'consecutiveHeartbeatMissesAllowed',
  'dataSnapshotExchangeInterval',
]

function valueOutOfRange({ own }: WarningSubject): WarningText | null {
  const problems = settingNames.flatMap((key) => {
    const { range } = settingParameters[key]
    const value = own[key]
    if (range === undefined || typeof value !== 'number' || ownRuleOfRange.includes(key)) return []
    return value >= range.min && value <= range.max
      ? []
      : [{ key, said: `${key} ${value} (${range.min} to ${range.max})` }]
  })
  if (problems.length === 0) return null
  return {
    severity: 'warning',
    keys: problems.map(({ key }) => key),
    message: `These lie outside what makes sense: ${problems.map(({ said }) => said).join(', ')}.`,
    advice: 'Set them to values in these ranges.',
  }
}
