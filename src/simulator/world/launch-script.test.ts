import { expect, test } from 'vitest'
import { builtinBundle, readBundle } from '../../applications/builtin-bundle.ts'
import { ledgerBundle, WatchedWorld } from '../testing/started-world.ts'
import type { LaunchPlan } from './datacenter.ts'

const command = 'sh /dc2/launch.sh'

/** dc1 active, dc2 with an application that watches it and launches by a script. */
function watchedBy(script: LaunchPlan['script']): WatchedWorld {
  const world = new WatchedWorld({ linkDelaySeconds: 0.02 })
  world.submit('dc1')
  const { dc2 } = world.datacenters
  const configFileName = '/dc2/passive.conf'
  const settings = ['localDataCenterName=dc2', 'crossDCOperationMode=0', 'remoteDataCenterApplicationMachineNames=dc1']
  const rhythm = ['crossDCInitDelay=40', 'heartbeatExchangeInterval=30', 'consecutiveHeartbeatMissesAllowed=4']
  const lines = [
    ...settings,
    ...rhythm,
    'dataSnapshotExchangeInterval=180',
    `dataSnapshotStorageDirectory=/dc2/snapshots`,
  ]
  dc2.files.set(configFileName, lines.join('\n'))
  const read = readBundle(builtinBundle('builtin:passive-sample'))
  if (!read.ok) throw new Error(read.problem)
  const about = { tracing: 'error', peCount: 1 } as const
  dc2.launchPlans.set(command, {
    script,
    submission: { bundle: ledgerBundle(), parameters: { configFileName }, ...about },
  })
  dc2.submit({ bundle: read.bundle, parameters: { configFileName, shellScriptName: command }, ...about })
  world.until(700)
  world.perform({ kind: 'hold_down', dc: 'dc1' })
  return world.until(1000)
}

const happened = (world: WatchedWorld): readonly string[] =>
  world.events
    .filter(({ dc, time }) => dc === 'dc2' && time >= 700)
    .map(({ event }) => event)
    .filter((event) => !/heartbeat|lateness/.test(event))

test('at a DOWN the script submits the job, and ends the standalone process so that its ports come free', () => {
  const world = watchedBy({ kind: 'submit', delaySeconds: 20 })
  expect(world.times('dc2', 'remote_down')).toEqual([850])
  expect(world.times('dc2', 'script_launched')).toEqual([850])
  expect(world.times('dc2', 'job_submitted')).toEqual([0, 871])
  expect(happened(world)).toEqual([
    'remote_down',
    'script_launched',
    'job_submitted',
    'pe_exited',
    'job_cancelled',
    'pe_started',
    'job_started',
    'job_healthy',
  ])
})

test('a script that fails launches nothing and says with what it ended', () => {
  const world = watchedBy({ kind: 'exit', status: 7 })
  expect(world.times('dc2', 'job_submitted')).toEqual([0])
  expect(world.events.find(({ event }) => event === 'script_ended')?.detail).toMatchObject({ exitCode: 7 })
})

test('a script that hangs holds up the application that waits for it', () => {
  const world = watchedBy({ kind: 'hang' })
  expect(world.times('dc2', 'script_ended')).toEqual([])
  expect(world.datacenters.dc2.pes()[0]).toMatchObject({ status: 'running', takesInput: false })
})
