import { expect, test } from 'vitest'
import { referenceCrossDcSettings, withoutSecrets, type CrossDcSettings } from './crossdc-settings.ts'

const reference: CrossDcSettings = {
  ...referenceCrossDcSettings,
  localDataCenterName: 'dc1',
  crossDCOperationMode: 1,
  dataSnapshotStorageDirectory: '',
}

test.each([
  [
    'jdbc:postgresql://db:5432/x?user=app&password=s3cret&ssl=true',
    'jdbc:postgresql://db:5432/x?user=app&password=<hidden>&ssl=true',
  ],
  ['jdbc:postgresql://app:s3cret@db/x', 'jdbc:postgresql://<hidden>@db/x'],
  ['jdbc:db2://db:50000/x:user=app;PASSWORD=s3cret;', 'jdbc:db2://db:50000/x:user=app;PASSWORD=<hidden>;'],
  ['jdbc:postgresql://db/x?sslpassword=s3cret', 'jdbc:postgresql://db/x?sslpassword=<hidden>'],
  ['jdbc:oracle:thin:app/s3cret@//db:1521/x', 'jdbc:oracle:thin:<hidden>@//db:1521/x'],
  ['jdbc:sqlite:x?a=b', 'jdbc:sqlite:x?a=b'],
  ['', ''],
])('shows the URL %s as %s', (...[dataSnapshotJdbcUrl, shown]) => {
  const settings = { ...reference, dataSnapshotJdbcUrl }
  expect(withoutSecrets(settings)).toEqual({ ...settings, dataSnapshotJdbcUrl: shown })
})

test('hides a password that is set, and shows that none is', () => {
  const shown = (dataSnapshotJdbcPassword: string): string =>
    withoutSecrets({ ...reference, dataSnapshotJdbcPassword }).dataSnapshotJdbcPassword
  expect([shown('s3cret'), shown('')]).toEqual(['<hidden>', ''])
})
