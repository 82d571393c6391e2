#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { FailoverError } from './model/errors.ts'
import { exitCodes } from './cli/exit-codes.ts'
import { addAnalyze } from './cli/analyze.ts'
import { addCoverage } from './cli/coverage.ts'
import { addEmulate } from './cli/emulate.ts'
import { addExplain } from './cli/explain.ts'
import { addFuzz } from './cli/fuzz.ts'
import { addLint } from './cli/lint.ts'
import { addMutate } from './cli/mutate.ts'
import { addPeer } from './cli/peer.ts'
import { addPhases } from './cli/phases.ts'
import { addPlan } from './cli/plan.ts'
import { addRun } from './cli/run.ts'
import { addSchema } from './cli/schema.ts'
import { addSimulate } from './cli/simulate.ts'
import { addTune } from './cli/tune.ts'
import { addTwin } from './cli/twin.ts'

await main(process.argv)

async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endWithoutOutput)
  const program = new Command('failover')
    .description('Failover tests for Teracloud Streams applications in two datacenters')
    .version(ownVersion())
    .addHelpText('after', '\nExit codes: 0 pass, 1 fail, 2 wrong use or input, 3 inconclusive.')
    .showHelpAfterError()
    .exitOverride()
  addAnalyze(program)
  addCoverage(program)
  addEmulate(program)
  addExplain(program)
  addFuzz(program)
  addLint(program)
  addMutate(program)
  addPeer(program)
  addPhases(program)
  addPlan(program)
  addRun(program)
  addSchema(program)
  addSimulate(program)
  addTune(program)
  addTwin(program)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    process.exitCode = report(error)
  }
}

/** Whoever reads the output, such as `head`, has seen enough: nothing is wrong then. Anything else is, such as a full disk. */
function endWithoutOutput(error: Error): never {
  if ('code' in error && error.code === 'EPIPE') process.exit(exitCodes.pass)
  process.stderr.write(`failover: Standard output cannot be written (${error.message}).\n`)
  process.exit(exitCodes.usage)
}

/** Says what went wrong, without a stack where the message is meant for the user, and gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.pass : exitCodes.usage
  if (error instanceof FailoverError) {
    process.stderr.write(`failover: ${error.message}\n`)
    return exitCodes.usage
  }
  process.stderr.write(`failover: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return exitCodes.fail
}

function ownVersion(): string {
  // Two levels up from dist/src; the sources lie one level below the package.
  for (const path of ['../../package.json', '../package.json']) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  return 'unknown'
}
