import { flushCompileCache } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Where the sources themselves are run, as in this repository's tests, Node strips the types of every file in every process,
 * which takes three times as long as all the rest of a process's start. Its compile cache keeps the result. The built package
 * has no need of it, and leaves no cache behind.
 */
export function sourceCacheEnvironment(): Readonly<Record<string, string>> {
  if (extname(import.meta.url) !== '.ts') return {}
  return { NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/failover-sources', import.meta.url)) }
}

/** Writes the cache now: a process that will be killed never comes to do it at its exit. */
export function flushSourceCache(): void {
  if (extname(import.meta.url) === '.ts') setImmediate(flushCompileCache)
}
