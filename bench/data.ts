/**
 * What the data behind a verdict can carry: the delivery ledger, the generator and the load path, at a payload of 32 bytes against a
 * sink that takes everything. Peers in the same run: a difference of two sets of the same ids as strings in Python, and autocannon with
 * the same body at the same server. Each part is a process of its own on the first core, where there is taskset(1); the server is on the
 * second one. What only computes is measured in seconds of the processor, what waits for answers in those of the clock; every figure is
 * the best of some rounds, since what else the machine does only ever makes it slower, but for the ratio, which is a median. Last line: one JSON object.
 */
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createSequenceGenerator } from '../src/data/sequence-generator.ts'
import type { GenerateFigures } from './data-generate.ts'
import type { LedgerFigures } from './data-ledger.ts'

const batchTuples = 1000
const connections = 16
/** As many ids as Python's sets hold in a few hundred megabytes. */
const peerTuples = 2_000_000
const autocannonSeconds = 4
const rounds = 5

/** The command line of a process on one core. */
function onCore(core: 0 | 1, command: readonly string[]): { readonly file: string; readonly args: readonly string[] } {
  const pinned = existsSync('/usr/bin/taskset') ? ['/usr/bin/taskset', '-c', String(core), ...command] : command
  const [file = '', ...args] = pinned
  return { file, args }
}

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

async function printed(command: readonly string[]): Promise<string> {
  const { file, args } = onCore(0, command)
  const { stdout } = await promisify(execFile)(file, args, { maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** What one of our own programs prints. */
async function figuresOf<Figures>(
  name: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<Figures> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own program printed it
  return JSON.parse(await printed([process.execPath, ...flags, program(name), ...args])) as Figures
}

const python = `
import time
n = ${peerTuples}
keys = ['dc1-k%02d' % k for k in range(16)]
sent = ['%s:%d' % (keys[i % 16], i // 16) for i in range(n)]
received = [one for i, one in enumerate(sent) if i % 1000 != 999]
best = float('inf')
for _ in range(${rounds}):
    begin = time.process_time()
    lost = set(sent) - set(received)
    best = min(best, time.process_time() - begin)
assert len(lost) == n // 1000
print(best)`

async function startServer(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const { file, args } = onCore(1, [process.execPath, program('data-null-server.ts')])
  const server = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [said]: unknown[] = await once(server.stdout, 'data')
  return { url: `http://127.0.0.1:${String(said).trim()}`, process: server }
}

/** Requests a second; autocannon has its own headers, of about the size of ours. */
async function autocannon(url: string, bodyFile: string): Promise<number> {
  const cli = fileURLToPath(import.meta.resolve('autocannon'))
  const options = ['--json', '-c', `${connections}`, '-d', `${autocannonSeconds}`, '-m', 'POST', '-i', bodyFile]
  const headers = ['-H', 'content-type=application/json', '-H', 'authorization=Basic YmVuY2g6YmVuY2g=']
  const text = await printed([process.execPath, cli, ...options, ...headers, `${url}/ingest`])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- autocannon's result, as its documentation gives it
  const { duration, ...result } = JSON.parse(text) as { '2xx': number; duration: number }
  return result['2xx'] / duration
}

interface LoadFigures {
  readonly tuplesPerSecond: number
  readonly requestsPerSecond: number
  readonly peerRequestsPerSecond: number
  readonly ratio: number
}

/** Ours and the peer's in turn, so that both meet the same machine; the ratio is the median of those of each turn. */
async function measureLoadPath(): Promise<LoadFigures> {
  const server = await startServer()
  const { url } = server
  const folder = mkdtempSync(join(tmpdir(), 'bench-data-'))
  const bodyFile = join(folder, 'body.json')
  const generator = createSequenceGenerator({ seed: 1, keys: 16, sizeBytes: 32, origin: 'dc1', ordinal: 0 })
  writeFileSync(bodyFile, JSON.stringify({ items: generator.next(batchTuples) }))
  const inject = [process.execPath, program('data-inject.ts'), url, `${batchTuples}`]
  const [batches, bodies, peer]: [number[], number[], number[]] = [[], [], []]
  try {
    for (let round = 0; round < rounds; round += 1) {
      batches.push(Number(await printed(inject)))
      bodies.push(Number(await printed([...inject, bodyFile])))
      peer.push(await autocannon(url, bodyFile))
    }
  } finally {
    rmSync(folder, { recursive: true })
    server.process.kill()
    await once(server.process, 'exit')
  }
  const ratios = bodies.map((own, round) => own / (peer[round] ?? Number.NaN)).toSorted((a, b) => a - b)
  return {
    tuplesPerSecond: Math.round(Math.max(...batches) * batchTuples),
    requestsPerSecond: Math.round(Math.max(...bodies)),
    peerRequestsPerSecond: Math.round(Math.max(...peer)),
    ratio: Number((ratios[Math.floor(ratios.length / 2)] ?? Number.NaN).toFixed(2)),
  }
}

const ledger = await figuresOf<LedgerFigures>('data-ledger.ts', [`${peerTuples}`], ['--expose-gc'])
const pythonSeconds = Number(await printed(['python3', '-c', python]))
const generate = await figuresOf<GenerateFigures>('data-generate.ts')
const load = await measureLoadPath()
process.stdout.write(
  `${JSON.stringify({
    ledger_tuples_per_s: ledger.tuplesPerSecond,
    ledger_bytes_per_tuple: ledger.bytesPerTuple,
    python_ratio: Number((pythonSeconds / ledger.peerSeconds).toFixed(1)),
    generate_tuples_per_s: generate.sequencePerSecond,
    generate_random_tuples_per_s: generate.randomPerSecond,
    inject_tuples_per_s: load.tuplesPerSecond,
    requests_per_s: load.requestsPerSecond,
    autocannon_requests_per_s: load.peerRequestsPerSecond,
    autocannon_ratio: load.ratio,
  })}\n`,
)
