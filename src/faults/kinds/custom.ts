import { FaultError } from '../../model/errors.ts'
import type { CustomFault } from '../../model/fault.ts'
import type { FaultContext } from '../context.ts'
import type { FaultKindDefinition } from '../fault-kind.ts'
import type { RegisteredFault } from '../registered-fault.ts'

/** A kind that a user registered, found by its name. */
export const custom: FaultKindDefinition<CustomFault> = {
  async unavailable({ name, args }, context) {
    const registered = context.custom?.get(name)
    if (registered === undefined) {
      return `no fault of this name is registered. Registered: ${[...(context.custom?.keys() ?? [])].join(', ') || 'none'}`
    }
    return (await registered.unavailable?.(args, context)) ?? null
  },

  inject: async ({ name, args }, context, injection) =>
    await registeredFault(name, context).inject(args, context, injection),
}

function registeredFault(name: string, context: FaultContext): Omit<RegisteredFault, 'name'> {
  const registered = context.custom?.get(name)
  if (registered === undefined) throw new FaultError(`Expected a registered fault, got "${name}".`)
  return registered
}
