// What an installer of OrganMosaic is. `npm run package` makes those of this machine; tests/packaging.spec.ts packs with a
// dummy in place of Electron and checks the files, without a network. docs/how-to/install.md says the rest.
import { packedFiles } from './scripts/packaging/packed-files.mjs'

const TENSORFLOW = 'app/node_modules/@tensorflow/tfjs-node-gpu'

/**
 * The native part of TensorFlow: on Linux from scripts/packaging/make-natives.mjs, elsewhere what the set-up put into the
 * package. scripts/package.mjs sets the variable.
 */
const natives = process.env.ORGAN_MOSAIC_NATIVES ?? 'node_modules/@tensorflow/tfjs-node-gpu'
const runtime = process.platform === 'linux' ? ['lib', 'tensorflow'] : ['lib', 'deps']

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'org.organmosaic.desktop',
  productName: 'OrganMosaic',
  copyright: 'OrganMosaic contributors, Apache-2.0',
  directories: { output: 'dist/packages', buildResources: 'resources/package' },
  // The trainer is started by its path and loads native libraries: real files, no archive.
  asar: false,
  // better-sqlite3 brings Node-API prebuilds; nothing is compiled for Electron.
  npmRebuild: false,
  files: packedFiles,
  extraResources: [
    ...runtime.map((part) => ({ from: `${natives}/${part}`, to: `${TENSORFLOW}/${part}` })),
    { from: 'dist/THIRD-PARTY-NOTICES.txt', to: 'THIRD-PARTY-NOTICES.txt' },
  ],
  // Refuse what is too large before somebody finds out while installing.
  afterPack: './scripts/packaging/after-pack.mjs',
  afterAllArtifactBuild: './scripts/packaging/after-build.mjs',
  // AppImages of this runtime need no libfuse2, which Ubuntu 24.04 lacks, and do not ask Chromium to leave out its sandbox.
  toolsets: { appimage: '1.0.3' },
  linux: {
    target: ['AppImage', 'deb'],
    executableName: 'organ-mosaic',
    icon: 'icon.png',
    category: 'Science',
    synopsis: 'Many partially labelled datasets in, one multi-organ segmentation model out',
    maintainer: 'OrganMosaic contributors <contributors@organmosaic.invalid>',
    desktop: {
      entry: {
        Name: 'OrganMosaic',
        Comment: 'Segmentation models from partially labelled datasets',
        Keywords: 'radiology;segmentation;DICOM;NIfTI;',
      },
    },
  },
  deb: { packageName: 'organ-mosaic', priority: 'optional', packageCategory: 'science' },
  mac: { target: 'dmg', category: 'public.app-category.medical' },
  win: { target: 'nsis' },
  nsis: {
    oneClick: false,
    allowToChangeInstallationDirectory: true,
    deleteAppDataOnUninstall: false,
  },
}
