/**
 * What the data behind a verdict can carry: the delivery ledger, the generator and the load path, at a payload of 32 bytes against a
 * sink that takes everything. Peers in the same run: a difference of two sets of the same ids as strings in Python, and autocannon with
 * the same body at the same server. Each part is a process of its own on the first core, where there is taskset(1); the server is on the
 * second one. What only computes is measured in seconds of the processor, what waits for answers in those of the clock; every figure is
 * the best of some rounds, since what else the machine does only ever makes it slower. Last line: one JSON object.
 */
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { GenerateFigures } from './data-generate.ts'
import type { InjectFigures } from './data-inject.ts'
import type { LedgerFigures } from './data-ledger.ts'

const batchTuples = 1000
/** As many ids as Python's sets hold in a few hundred megabytes. */
const peerTuples = 2_000_000
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

async function measureLoadPath(): Promise<InjectFigures> {
  const server = await startServer()
  try {
    return await figuresOf<InjectFigures>('data-inject.ts', [server.url, `${batchTuples}`])
  } finally {
    server.process.kill()
    await once(server.process, 'exit')
  }
}

const ledger = await figuresOf<LedgerFigures>('data-ledger.ts', [`${peerTuples}`], ['--expose-gc'])
const pythonSeconds = Number(await printed(['python3', '-c', python]))
const generate = await figuresOf<GenerateFigures>('data-generate.ts')
const load = await measureLoadPath()
const ratio = (own: number, peer: number): number => Number((own / peer).toFixed(2))
process.stdout.write(
  `${JSON.stringify({
    ledger_tuples_per_s: ledger.tuplesPerSecond,
    ledger_bytes_per_tuple: ledger.bytesPerTuple,
    python_ratio: ratio(pythonSeconds, ledger.peerSeconds),
    generate_tuples_per_s: generate.sequencePerSecond,
    generate_random_tuples_per_s: generate.randomPerSecond,
    inject_tuples_per_s: load.tuplesPerSecond,
    requests_per_s: load.own.perSecond,
    autocannon_requests_per_s: load.peer.perSecond,
    autocannon_ratio: ratio(load.own.perSecond, load.peer.perSecond),
    autocannon_ratio_of_processor: ratio(load.own.perProcessorSecond, load.peer.perProcessorSecond),
  })}\n`,
)
