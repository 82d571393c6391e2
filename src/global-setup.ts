/// <reference types="vitest/config" />
/**
 * Vitest's global set-up for failover runs: starts the testbed's supervisor before the first test file and ends it after the
 * last, also when the run is interrupted. Vitest calls `setup` once a project that has the plugin.
 */
import type { TestProject } from 'vitest/node'

/** Starts the supervisor and hands its endpoint to the workers. Returns what ends it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const provided = project.getProvidedContext().failover
  const restoreSignals = interruptGracefully(project)
  // The simulated testbed lives in the workers themselves, and has nobody to supervise.
  if (provided.settings.testbed === 'simulated') return async () => await Promise.resolve(restoreSignals())
  const { startSupervisor } = await import('./emulator/supervisor-client.ts')
  const supervisor = await startSupervisor({ orphanedFiles: temporaryFolders(project) })
  project.provide('failover', { ...provided, endpoint: supervisor.endpoint })
  return async () => {
    restoreSignals()
    await supervisor.close()
  }
}

/** Vitest's own temporary folders, which would stay behind a Vitest that is killed. The run's own has no public name. */
function temporaryFolders({ tmpDir, vitest }: TestProject): readonly string[] {
  const ofRun: unknown = Reflect.get(vitest, '_tmpDir')
  return typeof ofRun === 'string' ? [tmpDir, ofRun] : [tmpDir]
}

/** Real time that tests get to heal after the first signal. A worker that no longer turns its event loop never answers. */
const healingMsMax = 60_000

/** What shells expect of a program that a signal ended: 128 and the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Vitest leaves at once on SIGINT and SIGTERM, without fixture or global teardown (vitest reference 2.2). Cancelling the run
 * instead aborts the tests, which heal what they injected, and then tears down as usual. A second signal leaves at once.
 */
function interruptGracefully(project: TestProject): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const removed = signals.map((signal) => ({ signal, listeners: process.listeners(signal) }))
  let interrupted = false
  const interrupt = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (interrupted) process.exit(exitCodes[signal])
    interrupted = true
    // Vitest sets a code of its own at the end of a cancelled run.
    process.once('exit', () => (process.exitCode = exitCodes[signal]))
    setTimeout(() => process.exit(exitCodes[signal]), healingMsMax).unref()
    void project.vitest.cancelCurrentRun('keyboard-input')
  }
  for (const { signal, listeners } of removed) {
    for (const listener of listeners) process.off(signal, listener)
    process.on(signal, interrupt)
  }
  return () => {
    for (const { signal, listeners } of removed) {
      process.off(signal, interrupt)
      for (const listener of listeners) process.on(signal, listener)
    }
  }
}
