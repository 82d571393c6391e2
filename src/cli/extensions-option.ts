import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { extensionSet, loadExtensions, noExtensions } from '../extensions/extension-set.ts'
import type { ExtensionSet } from '../extensions/extension-set.ts'
import { SettingsError } from '../model/errors.ts'
import { findProjectConfig, readProjectConfig } from './project-config.ts'

/** What the command line gives for `--extensions`. */
export interface ExtensionsOption {
  /** Paths from the folder that the command runs in. */
  readonly extensions?: readonly string[]
}

/** Adds `--extensions` to a command that reads scenarios. */
export function addExtensionsOption(command: Command): Command {
  return command.option(
    '--extensions <files...>',
    'files that export faults, checks and the like of your own (default: those of the configuration here)',
  )
}

/**
 * What the files of `--extensions` export; without any, those that the configuration in this folder names.
 * @throws SettingsError when one of them cannot be loaded or exports none
 */
export async function givenExtensions({ extensions: files = [] }: ExtensionsOption): Promise<ExtensionSet> {
  const scenario = files.find((file) => /\.ya?ml$/.test(file))
  if (scenario !== undefined) {
    throw new SettingsError(
      `Expected --extensions to name files of TypeScript or JavaScript, got ${scenario}. Name scenario files before it, or after \`--\`.`,
    )
  }
  return files.length === 0 ? await configuredExtensions() : await loadExtensions(files, { root: process.cwd() })
}

/** A configuration is loaded only where its text has the word: that takes longer than all else that these commands do. */
async function configuredExtensions(): Promise<ExtensionSet> {
  const root = process.cwd()
  const config = findProjectConfig(root)
  if (config === undefined || !(await readFile(config, 'utf8')).includes('extensions')) return noExtensions
  return extensionSet((await readProjectConfig(config, root)).extensions)
}
