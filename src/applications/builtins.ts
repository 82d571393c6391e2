import { unreachable } from '../support/unreachable.ts'
import type { Application } from './application.ts'
import { createLedger } from './ledger.ts'
import type { LedgerOptions } from './ledger.ts'

/** An application that needs no SAB: `builtin:NAME`. */
export type BuiltinName = 'ledger'

/** All built-in applications, for messages. */
export const builtinNames: readonly BuiltinName[] = ['ledger']

/** Whether there is such an application. */
export function isBuiltinName(name: string): name is BuiltinName {
  return builtinNames.some((known) => known === name)
}

/** A built-in application with empty state. */
export function createBuiltin(name: BuiltinName, options: LedgerOptions): Application {
  switch (name) {
    case 'ledger':
      return createLedger(options)
    default:
      return unreachable(name)
  }
}
