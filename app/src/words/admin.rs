//! Words of the administration and of one's own account.

use super::words;

words! {
    /// People, institutions, policy, account.
    Admin, admin:
    people = "メンバー", "Members";
    people_of = "{} のメンバー", "Members of {}";
    people_installation = "全体の管理者・調整役", "Administrators and coordinators";
    people_lead = "役割を変えると次の操作から効きます。役割をすべて外すとサインインできなくなり、書いた内容は残ります。", "A changed role holds from the next request on. Without any role a person cannot sign in; what they wrote stays.";
    institutions = "機関", "Institutions";
    institutions_lead = "機関のメンバーは機関の管理者が決めます。全体の管理者は最初の管理者だけを指名します。", "An institution’s managers decide about its members. Administrators name the first manager only.";
    policy = "役割と権限", "Roles and permissions";
    policy_lead = "プログラムが実際に使う規則です。書かれていない操作はできません。", "The very rules that the program uses. What is not named is not allowed.";
    account = "自分のアカウント", "Your account";
    name = "氏名", "Name";
    email = "メールアドレス", "E-mail address";
    roles = "役割", "Roles";
    seen = "最終利用", "Last seen";
    invited = "招待中", "Invited";
    inactive = "利用停止", "Inactive";
    save_roles = "役割を保存", "Save roles";
    new_link = "新しい招待リンク", "New link";
    invite = "招待する", "Invite";
    invite_lead = "一度だけ使えるリンクができます。3 日以内に本人へ渡してください。", "A one-time link is made. Hand it to the person within three days.";
    link_once = "このリンクは今だけ表示します。本人に安全な方法で渡してください。", "This link is shown only now. Hand it over in a safe way.";
    known = "既にアカウントがあるため、役割だけを加えました。", "They have an account already: only the roles were added.";
    saved = "役割を保存しました。", "The roles were saved.";
    add_institution = "機関を追加する", "Add an institution";
    institution_id = "識別子", "Id";
    name_ja = "名称（日本語）", "Name in Japanese";
    name_en = "名称（英語）", "Name in English";
    people_count = "人数", "People";
    first_manager = "最初の管理者を招待", "Invite the first manager";
    has_manager = "管理者がいます", "Has a manager";
    role = "役割", "Role";
    common_layer = "共通の評価シートと全体", "Common sheets and the installation";
    own_layer = "自機関の領域", "The own institution’s layer";
    nothing = "なし", "Nothing";
    sessions = "サインイン中の端末", "Sessions";
    sessions_lead = "覚えのないものがあれば終了し、パスワードを変えてください。", "End what you do not know, and change your password.";
    began = "開始", "Began";
    ends = "期限", "Ends";
    here = "この画面", "This one";
    end = "終了する", "End";
    end_others = "ほかをすべて終了する", "End all others";
    ended = "終了しました。", "Ended.";
    password_lead = "パスワードの変更は、機関の管理者から新しいリンクを受け取って行います。", "To change your password, ask your manager for a new link.";
    administrator = "全体の管理者", "Administrator";
    coordinator = "調整役", "Coordinator";
    manager = "機関の管理者", "Manager";
    editor = "編集者", "Editor";
    reviewer = "査読者", "Reviewer";
    approver = "承認者", "Approver";
    reader = "閲覧者", "Reader";
    read_sheet = "読む", "Read";
    write_cells = "書く", "Write";
    undo_others = "他の人の変更を取り消す", "Undo others’ changes";
    export = "出力", "Export";
    preview_import = "取込の確認", "Preview an import";
    apply_import = "取込の適用", "Apply an import";
    add_service = "サービスの追加", "Add services";
    manage_criteria = "クライテリアの管理", "Manage criteria";
    manage_institutions = "機関の管理", "Manage institutions";
    manage_people = "メンバーの管理", "Manage members";
    read_audit = "監査記録を読む", "Read the audit";
}
