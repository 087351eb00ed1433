"""The few words that the desktop shows outside of a page."""

from __future__ import annotations

import locale

TEXTS = {
    "en": {
        "show": "Show xcord",
        "quit": "Quit",
        "mute": "Mute",
        "deafen": "Deafen",
        "leave": "Leave the call",
        "overlay": "Overlay",
        "tray_off": "voice is off",
        "tray_idle": "not in a call",
        "tray_joining": "joining…",
        "tray_up": "in the call with {count} more",
        "tray_alone": "in the call, nobody else is here",
        "tray_trouble": "connection problem",
        "tray_lost": "call lost",
        "tray_muted": "muted",
        "tray_deafened": "deafened",
        "hint_tray": "xcord goes on in the tray",
        "hint_tray_more": "A click on its icon opens it again, Quit in its menu ends it. "
        "To have it end with its window: Settings, General.",
        "hint_task_bar": "xcord goes on, minimised",
        "hint_task_bar_more": "This desktop shows no tray icons. "
        "To quit, or to have it end with its window: Settings, General.",
        "alert_ring": "{name} is calling you into {channel}",
        "alert_missed": "You missed a call by {name} into {channel}",
        "alert_called": "A moderator moved you to {channel}",
        "alert_moved": "Your call moved to another device",
        "alert_removed": "You were removed from the call",
        "alert_deleted": "The channel you were in was closed",
        "alert_duplicate": "Your call goes on elsewhere, under this device's name",
        "alert_expelled": "You were removed from {server}",
        "alert_server_deleted": "{server} was deleted",
        "alert_banned": "You were banned from {server}",
        "alert_lost": "The call broke off",
        "alert_refused": "The tray's menu could not do that ({code})",
    },
    "tr": {
        "show": "xcord'u göster",
        "quit": "Çıkış",
        "mute": "Mikrofonu kapat",
        "deafen": "Sesi kapat",
        "leave": "Görüşmeden ayrıl",
        "overlay": "Katman",
        "tray_off": "ses eklentisi kapalı",
        "tray_idle": "görüşmede değilsin",
        "tray_joining": "katılıyor…",
        "tray_up": "görüşmede, {count} kişi daha var",
        "tray_alone": "görüşmede, başka kimse yok",
        "tray_trouble": "bağlantı sorunu",
        "tray_lost": "görüşme koptu",
        "tray_muted": "mikrofon kapalı",
        "tray_deafened": "mikrofon ve ses kapalı",
        "hint_tray": "xcord sistem tepsisinde çalışıyor",
        "hint_tray_more": "Simgesine tıklayınca yeniden açılır, menüsündeki Çıkış ile kapanır. "
        "Pencereyle birlikte kapanmasını istersen: Ayarlar, Genel.",
        "hint_task_bar": "xcord simge durumunda çalışıyor",
        "hint_task_bar_more": "Bu masaüstü tepsi simgesi göstermiyor. "
        "xcord'dan çıkmak ya da pencereyle birlikte kapanmasını seçmek için: Ayarlar, Genel.",
        "alert_ring": "{name} seni {channel} kanalına çağırıyor",
        "alert_missed": "{name} seni {channel} kanalına çağırdı, kaçırdın",
        "alert_called": "Bir moderatör seni {channel} kanalına taşıdı",
        "alert_moved": "Görüşmen başka bir aygıta geçti",
        "alert_removed": "Görüşmeden çıkarıldın",
        "alert_deleted": "Bulunduğun kanal kapatıldı",
        "alert_duplicate": "Aynı aygıt adıyla başka bir yerden katıldın",
        "alert_expelled": "{server} sunucusundan çıkarıldın",
        "alert_server_deleted": "{server} sunucusu silindi",
        "alert_banned": "{server} sunucusundan yasaklandın",
        "alert_lost": "Görüşme koptu",
        "alert_refused": "Tepsideki menü bunu yapamadı ({code})",
    },
}


def text(language: str, key: str) -> str:
    """The word in that language, or in English."""
    return TEXTS.get(language.partition("-")[0], TEXTS["en"])[key]


def language_of(chosen: str) -> str:
    """The language as chosen; with ``auto`` the system's, if it is one of ours."""
    if chosen != "auto":
        return chosen
    return "tr" if (locale.getlocale()[0] or "").lower().startswith(("tr", "turkish")) else "en"
