export { ipcRenderer } from 'electron/renderer'
