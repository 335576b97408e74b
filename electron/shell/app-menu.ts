// The application's menu: the system's usual entries, and no way to leave the page or load it from elsewhere.
import type { MenuItemConstructorOptions } from 'electron'

/** @param isMac there the first menu is the application's own */
export function appMenu(isMac: boolean): MenuItemConstructorOptions[] {
  const own: MenuItemConstructorOptions[] = isMac ? [{ role: 'appMenu' }] : [{ role: 'fileMenu' }]
  return [
    ...own,
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'reload' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
  ]
}
