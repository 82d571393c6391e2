import { pairMark } from './end-paused.ts'
import { removePairHome } from './pair-home.ts'
import { flushSourceCache, sourceCacheEnvironment } from './source-cache.ts'

const lockVariable = 'FAILOVER_PAIR_LOCK'

/**
 * What the testbed's processes need of this process's environment. NODE_OPTIONS and a test runner's own variables stay out: they
 * cost start-up time and change how a child behaves.
 */
export function leanEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TZ'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), ...sourceCacheEnvironment() }
}

/** The environment that tells a child, from its first moment, what to remove when the supervisor is gone. */
export function childEnvironment(home: { readonly directory: string; readonly lockFile: string }): NodeJS.ProcessEnv {
  return {
    ...leanEnvironment(),
    [pairMark]: home.directory,
    [lockVariable]: home.lockFile,
  }
}

/** The pair's run directory, in a child. */
export function childDirectory(): string {
  return process.env[pairMark] ?? ''
}

/**
 * Ends this process as soon as its supervisor is gone, even by `kill -9`: first its work, then the pair's files, then itself.
 * Each of a pair's processes does so, and the one that ends last leaves nothing.
 */
export function liveWithSupervisor(stop: () => void): void {
  const end = (): void => {
    stop()
    const directory = process.env[pairMark]
    const lockFile = process.env[lockVariable]
    if (directory !== undefined && lockFile !== undefined) removePairHome({ directory, lockFile })
    process.exit(0)
  }
  process.once('disconnect', end)
  // The supervisor may have died before the listener stood.
  if (!process.connected) end()
  flushSourceCache()
}
