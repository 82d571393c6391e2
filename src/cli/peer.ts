import type { Command } from 'commander'
import { createInterface } from 'node:readline'
import { timeScaleLimits } from '../model/clock.ts'
import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { SettingsError } from '../model/errors.ts'
import { FakePeer } from '../peer/fake-peer.ts'
import { sourcedSettings } from './explain-settings.ts'
import { parseHostPort, parseNumber, type HostPort } from './host-port.ts'
import { runPeerConformance, restAccess } from './peer-conformance.ts'
import { runPeerConsole } from './peer-console.ts'

interface PeerFlags {
  readonly target: HostPort
  readonly listen: HostPort
  readonly pairs?: number
  readonly name: string
  readonly heartbeat?: number
  readonly timeScale: number
  readonly for?: number
  readonly json?: true
  readonly conformance?: true
  readonly crossdc?: readonly string[]
  readonly rest?: string
  readonly user?: string
  readonly password?: string
  readonly job?: string
  readonly out?: string
}

const secondsMax = 86_400 * 365

/** `failover peer`: plays the remote datacenter of one job. */
export function addPeer(program: Command): void {
  program
    .command('peer')
    .summary('play the remote of one job')
    .description('play the remote datacenter of one job, real or emulated')
    .requiredOption('--target <host:port>', "the job's cross-DC base port (required)", (text) =>
      parseHostPort('--target', text),
    )
    .requiredOption(
      '--listen <host:port>',
      'where the job finds its remote: base port, 0 for any free ones (required)',
      (text) => parseHostPort('--listen', text, 0),
    )
    .option('--pairs <number>', "the job's sender/receiver pairs (default: what --crossdc says, or 1)", (text) =>
      parseNumber('--pairs', text, { min: 1, max: 64, isWhole: true, example: '1' }),
    )
    .option('--name <name>', 'name that messages carry', 'dc2')
    .option('--heartbeat <seconds>', 'system seconds between heartbeats (default: 30)', (text) =>
      parseNumber('--heartbeat', text, { min: 0.001, max: secondsMax, example: '30' }),
    )
    .option(
      '--time-scale <number>',
      `system seconds per real second, ${timeScaleLimits.min} to ${timeScaleLimits.max}`,
      (text) => parseNumber('--time-scale', text, { ...timeScaleLimits, example: '60' }),
      1,
    )
    .option('--for <seconds>', 'system seconds after which it ends (default: when interrupted)', (text) =>
      parseNumber('--for', text, { min: 0, max: secondsMax, example: '600' }),
    )
    .option('--json', 'print one JSON object a message; with --conformance, the profile')
    .option(
      '--conformance',
      "find out which quirks the job's toolkit has, and end; exit code 3 when a probe saw nothing",
    )
    .option('--crossdc <KEY=VALUE...>', "the job's settings where they differ from the reference file's")
    .option('--rest <url>', "root document of the job's REST API: its metrics then decide")
    .option('--user <name>', 'user of the REST API')
    .option('--password <env:name>', 'environment variable that holds the password')
    .option('--job <id>', 'id of the job (default: the only one)')
    .option('--out <file>', 'write the profile there')
    .action(async (flags: PeerFlags) => await runPeer(flags))
}

async function runPeer(flags: PeerFlags): Promise<void> {
  refuseUseless(flags)
  const { target, listen, name, timeScale, crossdc = [] } = flags
  const { settings } = sourcedSettings({ defaults: 'reference', crossdc, dc1: [], dc2: [] }).dc1
  const rest = restAccess(flags, process.env)
  const pairs = flags.pairs ?? settings.numberOfHttpSenderReceiverPairs
  const interrupted = new AbortController()
  const stop = (): void => interrupted.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    await using peer = await FakePeer.start({
      listen: { ...listen, pairs },
      target,
      name,
      timeScale,
      paths: pathsOf(settings),
    })
    if (flags.conformance === true) await probe({ flags, peer, settings, rest, signal: interrupted.signal })
    else await lead({ flags, peer, signal: interrupted.signal })
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

async function probe(run: {
  readonly flags: PeerFlags
  readonly peer: FakePeer
  readonly settings: CrossDcSettings
  readonly rest: ReturnType<typeof restAccess>
  readonly signal: AbortSignal
}): Promise<void> {
  const { flags, peer, settings, rest, signal } = run
  process.exitCode = await runPeerConformance({
    peer,
    settings,
    rest,
    signal,
    out: flags.out,
    json: flags.json === true,
    write: (text) => process.stdout.write(text),
    progress: (text) => process.stderr.write(text),
  })
}

async function lead(run: {
  readonly flags: PeerFlags
  readonly peer: FakePeer
  readonly signal: AbortSignal
}): Promise<void> {
  const { flags, peer, signal } = run
  const lines = createInterface({ input: process.stdin })
  try {
    await runPeerConsole({
      peer,
      lines,
      signal,
      target: flags.target,
      heartbeatSeconds: flags.heartbeat ?? 30,
      forSeconds: flags.for,
      json: flags.json === true,
      write: (text) => process.stdout.write(text),
      complain: (text) => process.stderr.write(text),
    })
  } finally {
    lines.close()
    // An open standard input would keep the process alive.
    process.stdin.destroy()
  }
}

/** @throws SettingsError for an option that would change nothing: whoever gives it expects something of it */
function refuseUseless(flags: PeerFlags): void {
  const only =
    flags.conformance === true ? (['heartbeat', 'for'] as const) : (['rest', 'user', 'password', 'job', 'out'] as const)
  const useless = only.find((name) => flags[name] !== undefined)
  if (useless === undefined) return
  const how = flags.conformance === true ? 'without --conformance' : 'with --conformance'
  throw new SettingsError(`Expected --${useless} ${how} only.`)
}

function pathsOf(settings: CrossDcSettings): { heartbeat: string; snapshot: string } {
  return {
    heartbeat: settings.remoteDataCenterUrlPathForHeartbeatReceiver,
    snapshot: settings.remoteDataCenterUrlPath,
  }
}
