/**
 * What the emulated toolkit carries: the latency of 1,000 heartbeats a second at one port (bench/heartbeat-load.ts), and the
 * memory of processes that do nothing. Peer in the same run: a bare `node:http` server in a process of its own that reads the body
 * and answers 204. Last line: one JSON object.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { HeartbeatLoad } from './heartbeat-load.ts'
import { startRunningPair } from './running-pair.ts'

const ratePerSecond = 1000
const seconds = 10

async function measure(url: string): Promise<HeartbeatLoad> {
  const program = fileURLToPath(new URL('heartbeat-load.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, url, `${ratePerSecond}`, `${seconds}`])
  // Our own program printed it.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(stdout) as HeartbeatLoad
}

/** Resident memory in MB (proc(5), VmRSS). */
function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024)
}

async function measureEmulator(): Promise<{ readonly load: HeartbeatLoad; readonly memory: Record<string, number> }> {
  const { pair, end } = await startRunningPair()
  const idle = await pair.processes.list()
  const memory = Object.fromEntries(idle.map(({ dc, role, pid }) => [`${dc ?? 'pair'}_${role}_mb`, residentMb(pid)]))
  const load = await measure(pair.datacenters.dc1.crossDcUrl)
  await end()
  return { load, memory }
}

async function measurePeer(): Promise<HeartbeatLoad> {
  const program = `
    const server = require('node:http').createServer((request, response) => {
      request.on('data', () => undefined).on('end', () => response.writeHead(204).end())
    })
    server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
  const peer = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said]: unknown[] = await once(peer.stdout, 'data')
  const load = await measure(`http://127.0.0.1:${String(said).trim()}`)
  peer.kill()
  await once(peer, 'exit')
  return load
}

const { load, memory } = await measureEmulator()
const peer = await measurePeer()
process.stdout.write(
  `${JSON.stringify({
    heartbeats_per_s: ratePerSecond,
    p50_ms: load.p50,
    p99_ms: load.p99,
    max_ms: load.max,
    failed: load.failed,
    bare_server_p50_ms: peer.p50,
    bare_server_p99_ms: peer.p99,
    p99_ratio: Number((load.p99 / peer.p99).toFixed(2)),
    ...memory,
  })}\n`,
)
