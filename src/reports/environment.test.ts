import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { parseLabels, readEnvironment } from './environment.ts'

const read = (variables: Record<string, string>): ReturnType<typeof readEnvironment> =>
  readEnvironment({ variables, directory: tmpdir(), versions: { node: '24.0.0' } })

test.each([
  [{ GITHUB_ACTIONS: 'true', GITHUB_SHA: 'abc', GITHUB_REF_NAME: 'main' }, 'GitHub Actions', 'abc', 'main'],
  [
    { GITHUB_ACTIONS: 'true', GITHUB_SHA: 'abc', GITHUB_HEAD_REF: 'topic', GITHUB_REF_NAME: '7/merge' },
    'GitHub Actions',
    'abc',
    'topic',
  ],
  [{ CI: 'true', GITLAB_CI: 'true', CI_COMMIT_SHA: 'abc', CI_COMMIT_REF_NAME: 'main' }, 'GitLab CI', 'abc', 'main'],
  [{ JENKINS_URL: 'http://ci', GIT_COMMIT: 'abc', GIT_BRANCH: 'origin/main' }, 'Jenkins', 'abc', 'origin/main'],
  [{ CI: 'true' }, 'CI', null, null],
  [{ CI: 'false' }, null, null, null],
])('reads commit and branch from the variables of a CI system: %o', async (variables, ...[ci, commit, branch]) => {
  expect(await read(variables)).toEqual({ ci, commit, branch, labels: {}, versions: { node: '24.0.0' } })
})

test('labels are pairs, and a value may hold an equals sign', () => {
  expect(parseLabels(' team=edge, query=a=b ,empty=')).toEqual({ team: 'edge', query: 'a=b', empty: '' })
  expect(parseLabels(undefined)).toEqual({})
  expect(parseLabels('')).toEqual({})
})

test('malformed labels are all named', async () => {
  await expect(read({ FAILOVER_LABELS: 'team,ring=2,=x' })).rejects.toThrow(
    new SettingsError('Expected FAILOVER_LABELS to be a list such as "team=edge,ring=2", got "team", "=x".'),
  )
  expect(() => parseLabels('a=1,a=2')).toThrow('Expected each label of FAILOVER_LABELS once, got "a" twice.')
})
