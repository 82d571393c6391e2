import { scenarioFieldNames } from '../scenario-schema.ts'

/** Fields that make a scenario what it alone is, so that nothing shared can set them. */
export const scenarioOnlyFields: readonly string[] = ['test_id', 'only']

/** Keys of a file that holds `scenarios`, or only shares things with other files. */
export const fileFields: readonly string[] = ['scenarios', 'defaults', 'presets', 'extends', 'macros']

/** Fields that are gone by the time a scenario is validated. */
export const composedFields: readonly string[] = ['use', 'matrix']

/** Every field that a scenario may be written with. */
export function writtenFields(): readonly string[] {
  return [...scenarioFieldNames(), ...composedFields]
}
