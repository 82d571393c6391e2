/**
 * What the emulated toolkit carries: the latency of 1,000 heartbeats a second at one port (bench/heartbeat-load.ts), the median of
 * some rounds, and the memory of processes that do nothing. Peer in the same run: a bare `node:http` server in a process of its own that reads the body
 * and answers 204. Last line: one JSON object.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { jobPlan, startJob } from '../src/cli/emulate-job.ts'
import { connectSupervisor, startSupervisor } from '../src/emulator/supervisor-client.ts'
import { datacenterNames } from '../src/model/datacenter.ts'
import type { HeartbeatLoad } from './heartbeat-load.ts'

const ratePerSecond = 1000
const seconds = 10
const rounds = 3

/** Several rounds one after another: in the first the optimising compilers of both sides are at work too. */
async function measure(url: string): Promise<readonly HeartbeatLoad[]> {
  const program = fileURLToPath(new URL('heartbeat-load.ts', import.meta.url))
  const loads: HeartbeatLoad[] = []
  for (let round = 0; round < rounds; round += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, url, `${ratePerSecond}`, `${seconds}`])
    // Our own program printed it.
    // eslint-disable-next-line typescript/no-unsafe-type-assertion
    loads.push(JSON.parse(stdout) as HeartbeatLoad)
  }
  return loads
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Resident memory in MB (proc(5), VmRSS). */
function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024)
}

/** Both jobs run and nobody reads what they put out, so that only the toolkit has work to do. */
async function measureEmulator(): Promise<{
  readonly loads: readonly HeartbeatLoad[]
  readonly memory: Record<string, number>
}> {
  const supervisor = await startSupervisor()
  const connection = await connectSupervisor(supervisor.endpoint)
  const pair = await connection.lease({ timeScale: 60, holder: 'bench' })
  const { signal } = new AbortController()
  for (const dc of datacenterNames) await startJob({ pair, dc, plan: await jobPlan({}), signal })
  const idle = await pair.processes.list()
  const memory = Object.fromEntries(idle.map(({ dc, role, pid }) => [`${dc ?? 'pair'}_${role}_mb`, residentMb(pid)]))
  const loads = await measure(pair.datacenters.dc1.crossDcUrl)
  await connection.close()
  await supervisor.close()
  return { loads, memory }
}

async function measurePeer(): Promise<readonly HeartbeatLoad[]> {
  const program = `
    const server = require('node:http').createServer((request, response) => {
      request.on('data', () => undefined).on('end', () => response.writeHead(204).end())
    })
    server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
  const peer = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said]: unknown[] = await once(peer.stdout, 'data')
  const loads = await measure(`http://127.0.0.1:${String(said).trim()}`)
  peer.kill()
  await once(peer, 'exit')
  return loads
}

const { loads, memory } = await measureEmulator()
const peer = await measurePeer()
const of = (all: readonly HeartbeatLoad[], pick: (load: HeartbeatLoad) => number): number => median(all.map(pick))
const p99 = of(loads, (load) => load.p99)
const peerP99 = of(peer, (load) => load.p99)
process.stdout.write(
  `${JSON.stringify({
    heartbeats_per_s: ratePerSecond,
    rounds,
    p50_ms: of(loads, (load) => load.p50),
    p99_ms: p99,
    p99_ms_worst_round: Math.max(...loads.map((load) => load.p99)),
    failed: loads.reduce((sum, load) => sum + load.failed, 0),
    sender_late_p99_ms: of(loads, (load) => load.late_p99),
    bare_server_p50_ms: of(peer, (load) => load.p50),
    bare_server_p99_ms: peerP99,
    p99_ratio: Number((p99 / peerP99).toFixed(2)),
    ...memory,
  })}\n`,
)
