(** Finite sums over a field, and what it means that statistics span.

    A vector of length n is a function nat -> K of which only the entries 0, ..., n - 1 are looked at.
    [extend n v a] is the vector (v, a) of length n + 1, the paper's nu_e = (nu, 1) when a = 1 (equation 11).

    Statistics nu : X -> K^n _affinely span_ K^n when every unit vector of K^(n+1) is a linear combination of
    vectors (nu(x), 1).  minimal_statistics.v shows that this is the paper's "minimal": 1, nu_1, ..., nu_n are
    linearly independent as functions on X. *)

Require Export Field_theory Field List Arith Lia.

Record field := {
  carrier :> Type;
  zero : carrier; one : carrier;
  add : carrier -> carrier -> carrier;
  mul : carrier -> carrier -> carrier;
  sub : carrier -> carrier -> carrier;
  opp : carrier -> carrier;
  div : carrier -> carrier -> carrier;
  inv : carrier -> carrier;
  laws : field_theory zero one add mul sub opp div inv eq }.

Arguments zero {_}. Arguments one {_}. Arguments add {_}. Arguments mul {_}. Arguments sub {_}.
Arguments opp {_}. Arguments div {_}. Arguments inv {_}.

Declare Scope field_scope.
Delimit Scope field_scope with K.
Notation "0" := zero : field_scope.
Notation "1" := one : field_scope.
Notation "x + y" := (add x y) : field_scope.
Notation "x * y" := (mul x y) : field_scope.
Notation "x - y" := (sub x y) : field_scope.
Notation "- x" := (opp x) : field_scope.
Notation "x / y" := (div x y) : field_scope.
Open Scope field_scope.

(** ** Definitions *)

Section Definitions.
Context {K : field}.

Fixpoint sum (n : nat) (t : nat -> K) : K :=
  match n with O => 0 | S k => sum k t + t k end.

Definition dot n (u v : nat -> K) : K := sum n (fun i => u i * v i).

Definition extend n (v : nat -> K) (a : K) : nat -> K := fun i => if i =? n then a else v i.

Definition unit (k : nat) : nat -> K := fun i => if i =? k then 1 else 0.

(** <u, W v> for an n x m matrix W. *)
Definition form n m (W : nat -> nat -> K) (u v : nat -> K) : K := dot n u (fun i => dot m (W i) v).

(** A linear combination of values of a function: sum of c * t(x) over the pairs (c, x) of a list. *)
Fixpoint combine {X : Type} (L : list (K * X)) (t : X -> K) : K :=
  match L with nil => 0 | (c, x) :: rest => c * t x + combine rest t end.

Definition spans {X : Type} n (phi : X -> nat -> K) : Prop :=
  forall k, k < n -> exists L, forall i, i < n -> combine L (fun x => phi x i) = unit k i.

Definition affinely_spans {X : Type} n (nu : X -> nat -> K) : Prop :=
  spans (S n) (fun x => extend n (nu x) 1).

(** t is in span(psi, 1), with its coefficients. *)
Definition in_span {Z : Type} m (psi : Z -> nat -> K) (t : Z -> K) : Prop :=
  exists (c : nat -> K) (c0 : K), forall z, t z = dot m c (psi z) + c0.

End Definitions.

(** ** Lemmas *)

Section Lemmas.
Context {K : field}.
Add Field K_field : (laws K).
Implicit Types s t u v : nat -> K.

Lemma sum_ext n s t : (forall i, i < n -> s i = t i) -> sum n s = sum n t.
Proof.
  induction n as [|n IH]; intro H; simpl; auto.
  rewrite IH by auto. rewrite (H n) by auto. reflexivity.
Qed.

Lemma sum_zero n t : (forall i, i < n -> t i = 0) -> sum n t = 0.
Proof. induction n as [|n IH]; intro H; simpl; auto. rewrite IH, (H n) by auto. ring. Qed.

Lemma sum_add n s t : sum n (fun i => s i + t i) = sum n s + sum n t.
Proof. induction n as [|n IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma sum_sub n s t : sum n (fun i => s i - t i) = sum n s - sum n t.
Proof. induction n as [|n IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma sum_scale n c t : sum n (fun i => c * t i) = c * sum n t.
Proof. induction n as [|n IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma sum_swap n m (t : nat -> nat -> K) : sum n (fun i => sum m (t i)) = sum m (fun j => sum n (fun i => t i j)).
Proof.
  induction n as [|n IH]; simpl.
  - symmetry. now apply sum_zero.
  - rewrite IH, <- sum_add. reflexivity.
Qed.

Lemma sum_unit n k t : k < n -> sum n (fun i => unit k i * t i) = t k.
Proof.
  induction n as [|n IH]; intro H; [lia|]. simpl. unfold unit at 2.
  destruct (Nat.eqb_spec n k) as [->|E].
  - rewrite sum_zero; [ring|]. intros i Hi. unfold unit. destruct (Nat.eqb_spec i k); [lia|ring].
  - rewrite IH by lia. ring.
Qed.

Lemma dot_ext n s t u v :
  (forall i, i < n -> s i = t i) -> (forall i, i < n -> u i = v i) -> dot n s u = dot n t v.
Proof. intros H G. apply sum_ext. intros i Hi. now rewrite H, G. Qed.

Lemma dot_comm n u v : dot n u v = dot n v u.
Proof. apply sum_ext. intros; ring. Qed.

Lemma dot_unit n k v : k < n -> dot n (unit k) v = v k.
Proof. apply sum_unit. Qed.

Lemma dot_zero n u v : (forall i, i < n -> u i = 0) -> dot n u v = 0.
Proof. intro H. apply sum_zero. intros i Hi. rewrite H by auto. ring. Qed.

Lemma dot_add n u v w : dot n u (fun i => v i + w i) = dot n u v + dot n u w.
Proof. unfold dot. rewrite <- sum_add. apply sum_ext. intros; ring. Qed.

Lemma dot_sub n u v w : dot n u (fun i => v i - w i) = dot n u v - dot n u w.
Proof. unfold dot. rewrite <- sum_sub. apply sum_ext. intros; ring. Qed.

Lemma dot_scale n c u v : dot n u (fun i => c * v i) = c * dot n u v.
Proof. unfold dot. rewrite <- sum_scale. apply sum_ext. intros; ring. Qed.

Lemma extend_last n v a : extend n v a n = a.
Proof. unfold extend. now rewrite Nat.eqb_refl. Qed.

Lemma extend_below n v a i : i < n -> extend n v a i = v i.
Proof. intro H. unfold extend. destruct (Nat.eqb_spec i n); [lia|reflexivity]. Qed.

Lemma dot_extend n u v a b : dot (S n) (extend n u a) (extend n v b) = dot n u v + a * b.
Proof.
  unfold dot; simpl. rewrite !extend_last. f_equal.
  apply sum_ext. intros i Hi. now rewrite !extend_below.
Qed.

(** <u, W v> = <v, W' u>. *)
Lemma form_transpose n m (W : nat -> nat -> K) u v :
  form n m W u v = dot m v (fun j => dot n u (fun i => W i j)).
Proof.
  unfold form, dot.
  rewrite (sum_ext n _ (fun i => sum m (fun j => u i * (W i j * v j)))) by (intros; now rewrite sum_scale).
  rewrite sum_swap. apply sum_ext. intros j Hj. rewrite <- sum_scale. apply sum_ext. intros; ring.
Qed.

Section Combinations.
Context {X : Type}.
Implicit Types L M : list (K * X).

Lemma combine_ext L (s t : X -> K) : (forall x, s x = t x) -> combine L s = combine L t.
Proof. intro H. induction L as [|[c x] L IH]; simpl; [reflexivity|now rewrite H, IH]. Qed.

Lemma combine_add L (s t : X -> K) : combine L (fun x => s x + t x) = combine L s + combine L t.
Proof. induction L as [|[c x] L IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma combine_scale L c (t : X -> K) : combine L (fun x => c * t x) = c * combine L t.
Proof. induction L as [|[d x] L IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma combine_zero L : combine L (fun _ => 0) = 0.
Proof. induction L as [|[c x] L IH]; simpl; [reflexivity|rewrite IH; ring]. Qed.

Lemma combine_sum L n (t : X -> nat -> K) :
  combine L (fun x => sum n (t x)) = sum n (fun i => combine L (fun x => t x i)).
Proof. induction n as [|n IH]; simpl; [apply combine_zero|rewrite combine_add, IH; reflexivity]. Qed.

Lemma combine_dot L n (phi : X -> nat -> K) v :
  combine L (fun x => dot n (phi x) v) = dot n (fun i => combine L (fun x => phi x i)) v.
Proof.
  unfold dot. rewrite combine_sum. apply sum_ext. intros i Hi.
  rewrite (combine_ext L _ (fun x => v i * phi x i)) by (intros; ring). rewrite combine_scale. ring.
Qed.

Lemma combine_append L M (t : X -> K) : combine (L ++ M) t = combine L t + combine M t.
Proof. induction L as [|[c x] L IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma combine_times c L (t : X -> K) :
  combine (List.map (fun p => (c * fst p, snd p)) L) t = c * combine L t.
Proof. induction L as [|[d x] L IH]; simpl; [ring|rewrite IH; ring]. Qed.

(** Where phi spans, a vector can be read off from its products with phi: coordinate k is a combination of them. *)
Lemma read_coordinate n (phi : X -> nat -> K) k :
  spans n phi -> k < n -> exists L, forall v, combine L (fun x => dot n (phi x) v) = v k.
Proof.
  intros S H. destruct (S k H) as [L E]. exists L. intro v.
  rewrite combine_dot, <- (dot_unit n k v H). now apply dot_ext.
Qed.

(** Two vectors with the same products are equal. *)
Lemma spans_separates n (phi : X -> nat -> K) u v :
  spans n phi -> (forall x, dot n (phi x) u = dot n (phi x) v) -> forall k, k < n -> u k = v k.
Proof.
  intros S E k H. destruct (read_coordinate n phi k S H) as [L R].
  rewrite <- (R u), <- (R v). now apply combine_ext.
Qed.

End Combinations.

(** Finitely many choices need no axiom. *)
Lemma finite_choice {Y : Type} (y0 : Y) n (R : nat -> Y -> Prop) :
  (forall k, k < n -> exists y, R k y) -> exists c : nat -> Y, forall k, k < n -> R k (c k).
Proof.
  induction n as [|n IH]; intro H.
  - exists (fun _ => y0). intros; lia.
  - destruct IH as [c C]; auto. destruct (H n) as [y Y0]; auto.
    exists (fun k => if k =? n then y else c k). intros k Hk.
    destruct (Nat.eqb_spec k n) as [->|E]; auto. apply C. lia.
Qed.

End Lemmas.
