import { formatSeconds } from '../../model/units.ts'
import { connectionSeconds, detectionBudget, machinesOf } from './budget.ts'
import { isHeartbeatOff, missesUntilDown, silenceWindow, steadiness } from './detection.ts'
import type { WarningRule, WarningSubject, WarningText } from './warnings.ts'

/** What is to be said of one DC's settings in the light of the other's (toolkit reference §4.5, §7). */
export const peerWarningRules: readonly WarningRule[] = [
  ['misses-zero', missesZero],
  ['interval-unequal', intervalUnequal],
  ['sender-over-budget', senderOverBudget],
  ['send-to-all-over-interval', sendToAllOverInterval],
  ['names-equal', namesEqual],
  ['ports-differ', portsDiffer],
  ['pairs-differ', pairsDiffer],
]

function missesZero({ own, peer, behaviour }: WarningSubject): WarningText | null {
  if (missesUntilDown(own, behaviour) !== 1 || own.heartbeatExchangeInterval <= 0 || isHeartbeatOff(peer)) return null
  return {
    severity: 'warning',
    keys: ['consecutiveHeartbeatMissesAllowed'],
    message: `With consecutiveHeartbeatMissesAllowed ${own.consecutiveHeartbeatMissesAllowed} every interval begins with a miss that counts: a healthy remote goes down and up again all the time, with a replay each time.`,
    advice: 'Set 2 or more.',
  }
}

function intervalUnequal({ own, peer, behaviour }: WarningSubject): WarningText | null {
  const silence = silenceWindow(own, behaviour)
  if (silence === null || silence.minSeconds === 0 || isHeartbeatOff(peer)) return null
  const kind = steadiness({ observer: own, failed: peer, behaviour })
  if (kind === 'steady') return null
  const effect =
    kind === 'flapping' ? 'is declared down again and again' : 'may be declared down, depending on the phase'
  return {
    severity: 'warning',
    keys: ['heartbeatExchangeInterval', 'consecutiveHeartbeatMissesAllowed'],
    message: `The other datacenter sends a heartbeat every ${formatSeconds(peer.heartbeatExchangeInterval)}, and this one misses it after ${formatSeconds(silence.minSeconds)} to ${formatSeconds(silence.maxSeconds)}: though healthy, it ${effect}.`,
    advice: `Keep the other's heartbeatExchangeInterval below ${formatSeconds(silence.minSeconds)}, or allow more misses.`,
  }
}

function senderOverBudget({ own, peer, behaviour }: WarningSubject): WarningText | null {
  // Where a healthy remote is not steadily up, that is what has to be said.
  if (steadiness({ observer: peer, failed: own, behaviour }) !== 'steady') return null
  const { delaySeconds, allowedSeconds, isKept } = detectionBudget({ sender: own, observer: peer, behaviour })
  // That a time-out is missing altogether is a warning of its own.
  if (isKept || !Number.isFinite(delaySeconds)) return null
  const walk = `${machinesOf(own).length} × ${formatSeconds(connectionSeconds(own))}`
  return {
    severity: 'warning',
    keys: ['httpConnectionTimeout', 'remoteDataCenterApplicationMachineNames'],
    message: `Machines that drop what is sent to them may delay a heartbeat by ${walk} = ${formatSeconds(delaySeconds)}; the other datacenter may declare this one down from ${formatSeconds(allowedSeconds)} on.`,
    advice: 'Lower httpConnectionTimeout, name fewer machines, or allow more misses.',
  }
}

function sendToAllOverInterval({ own }: WarningSubject): WarningText | null {
  const isQueueing = connectionSeconds(own) > own.heartbeatExchangeInterval
  if (!own.sendToAllRemoteMachines || machinesOf(own).length < 2 || !isQueueing) return null
  return {
    severity: 'warning',
    keys: ['sendToAllRemoteMachines', 'httpConnectionTimeout'],
    message: `With sendToAllRemoteMachines one machine that drops costs each heartbeat ${formatSeconds(connectionSeconds(own))}, more than the interval of ${formatSeconds(own.heartbeatExchangeInterval)}: heartbeats queue up and age until the other datacenter declares this one down.`,
    advice: 'Keep httpConnectionTimeout below heartbeatExchangeInterval.',
  }
}

function namesEqual({ own, peer }: WarningSubject): WarningText | null {
  if (own.localDataCenterName !== peer.localDataCenterName) return null
  return {
    severity: 'warning',
    keys: ['localDataCenterName'],
    message: `Both datacenters are called ${JSON.stringify(own.localDataCenterName)}, and nothing notices: their snapshots have the same names.`,
    advice: 'Give each its own localDataCenterName.',
  }
}

function portsDiffer({ own, peer }: WarningSubject): WarningText | null {
  if (own.crossDCHttpPort === peer.crossDCHttpPort) return null
  const ports = [own.crossDCHttpPort, peer.crossDCHttpPort].toSorted((a, b) => a - b)
  return {
    severity: 'warning',
    keys: ['crossDCHttpPort'],
    message: `crossDCHttpPort is ${ports.join(' and ')}: it names the own listener and the remote's alike, so neither reaches the other.`,
    advice: 'Use the same port in both.',
  }
}

function pairsDiffer({ own, peer }: WarningSubject): WarningText | null {
  if (own.numberOfHttpSenderReceiverPairs === peer.numberOfHttpSenderReceiverPairs) return null
  const pairs = [own, peer].map((settings) => settings.numberOfHttpSenderReceiverPairs).toSorted((a, b) => a - b)
  return {
    severity: 'warning',
    keys: ['numberOfHttpSenderReceiverPairs'],
    message: `numberOfHttpSenderReceiverPairs is ${pairs.join(' and ')}: snapshots go to ports where nobody listens, and are lost.`,
    advice: 'Use the same number in both.',
  }
}
