(** Lemma "growth": log-partitions of quadratics are quadratic only where they are constant.

    A declared Gaussian prior and a Gaussian encoder make every f_i and P quadratic along a line z(u), and C2 then
      says
    that A(f(z(u))) is quadratic in u. As u -> +infinity each of the following is a quadratic plus something that is
    positive and tends to 0 ([above]), unless f is constant along the line; so it is no quadratic.

    - softplus_growth      sum_i log(1 + e^(f_i))        quadratic in u  =>  every f_i constant     (Bernoulli,
        binomial)
    - exponential_growth   sum_i e^(f_i)                 quadratic in u  =>  every f_i constant     (Poisson)
    - log_sum_growth       log(1 + sum_k e^(f_k))        quadratic in u  =>  every f_k constant     (categorical,
        multinomial)
    - exponential_growth with the right side 1 is the multinomial of random length, sum_k e^(f_k) = 1: C1 alone *)

From tightcheck Require Import real_field networks.

Definition parabola (a b c u : R) : R := a * u ^ 2 + b * u + c.

Definition eventually (p : R -> Prop) : Prop := exists T, forall u, T <= u -> p u.
Definition vanishing (e : R -> R) : Prop := forall eps, 0 < eps -> eventually (fun u => Rabs (e u) < eps).

(** F is a quadratic plus something positive that tends to 0. *)
Definition above (F : R -> R) : Prop := exists a b c e, vanishing e /\
  eventually (fun u => 0 < e u /\ F u = parabola a b c u + e u).

Lemma eventually_and p q : eventually p -> eventually q -> eventually (fun u => p u /\ q u).
Proof.
  intros [T HT] [S HS]. exists (Rmax T S). intros u Hu. pose proof (Rmax_l T S). pose proof (Rmax_r T S).
  split; [apply HT|apply HS]; lra.
Qed.

Lemma eventually_implies (p q : R -> Prop) : (forall u, p u -> q u) -> eventually p -> eventually q.
Proof. intros H [T HT]. exists T. auto. Qed.

Lemma eventually_holds p : eventually p -> exists u, p u.
Proof. intros [T H]. exists T. apply H. lra. Qed.

Lemma eventually_beyond M : eventually (fun u => M < u).
Proof. exists (M + 1). intros; lra. Qed.

Lemma parabola_diverges a b c : a <> 0 \/ b <> 0 ->
  (forall M, eventually (fun u => M < parabola a b c u)) \/ (forall M, eventually (fun u => parabola a b c u < M)).
Proof.
  assert (up : forall a b c, 0 < a \/ (a = 0 /\ 0 < b) -> forall M, eventually (fun u => M < parabola a b c u)).
  { clear. intros a b c H M. unfold parabola. destruct H as [H|[-> H]].
    - exists ((Rabs b + 1) / a + Rabs M + Rabs c + 1). intros u Hu.
      pose proof (Rabs_pos b). pose proof (Rabs_pos M). pose proof (Rabs_pos c).
      assert (0 < (Rabs b + 1) / a) by (apply Rdiv_lt_0_compat; lra).
      assert (Q : (Rabs b + 1) / a * a = Rabs b + 1) by (field; lra).
      pose proof (Rle_abs M). pose proof (Rle_abs (- b)). pose proof (Rle_abs (- c)). rewrite !Rabs_Ropp in *.
      assert (a * u >= Rabs b + 1) by nra. assert (a * u * u >= (Rabs b + 1) * u) by nra. nra.
    - exists ((M - c) / b + 1). intros u Hu. assert (Q : (M - c) / b * b = M - c) by (field; lra). nra. }
  intro N. destruct (Rtotal_order a 0) as [H|[->|H]].
  - right. intro M. eapply eventually_implies; [|apply (up (- a) (- b) (- c) ltac:(lra) (- M))].
    unfold parabola. intros u H'. simpl in H'. lra.
  - destruct (Rtotal_order b 0) as [H|[H|H]]; [|lra|left; apply up; lra].
    right. intro M. eapply eventually_implies; [|apply (up (- 0) (- b) (- c) ltac:(lra) (- M))].
    unfold parabola. intros u H'. simpl in H'. lra.
  - left. apply up. lra.
Qed.

(** A quadratic that tends to 0 is 0. *)
Lemma parabola_vanishing a b c : vanishing (parabola a b c) -> a = 0 /\ b = 0 /\ c = 0.
Proof.
  intro V. assert (N : ~ (a <> 0 \/ b <> 0)).
  { intro N. destruct (parabola_diverges a b c N) as [D|D].
    - destruct (eventually_holds _ (eventually_and _ _ (D 1) (V 1 ltac:(lra)))) as (u & H1 & H2).
      apply Rabs_def2 in H2. lra.
    - destruct (eventually_holds _ (eventually_and _ _ (D (- 1)) (V 1 ltac:(lra)))) as (u & H1 & H2).
      apply Rabs_def2 in H2. lra. }
  assert (a = 0) by (destruct (Req_dec a 0); tauto). assert (b = 0) by (destruct (Req_dec b 0); tauto). subst.
  repeat split. destruct (Req_dec c 0) as [|C]; [assumption|].
  destruct (eventually_holds _ (V (Rabs c) (Rabs_pos_lt c C))) as [u H]. unfold parabola in H.
  replace (0 * u ^ 2 + 0 * u + c) with c in H by ring. lra.
Qed.

Theorem above_is_no_parabola F a b c : above F -> ~ (forall u, F u = parabola a b c u).
Proof.
  intros (a' & b' & c' & e & V & H) E.
  assert (Z : vanishing (parabola (a - a') (b - b') (c - c'))).
  { intros eps He. eapply eventually_implies; [|exact (eventually_and _ _ H (V eps He))]. simpl.
    intros u [[_ HF] He']. rewrite E in HF.
    replace (parabola (a - a') (b - b') (c - c') u) with (e u); [assumption|]. unfold parabola in *. lra. }
  destruct (parabola_vanishing _ _ _ Z) as (A & B & C). destruct (eventually_holds _ H) as (u & P & HF).
  rewrite E in HF. unfold parabola in HF. replace a' with a in HF by lra. replace b' with b in HF by lra. lra.
Qed.

Lemma vanishing_add e d : vanishing e -> vanishing d -> vanishing (fun u => e u + d u).
Proof.
  intros He Hd eps H. eapply eventually_implies; [|exact (eventually_and _ _ (He (eps / 2) ltac:(lra)) (Hd (eps / 2)
    ltac:(lra)))].
  simpl. intros u [A B]. apply Rabs_def2 in A. apply Rabs_def2 in B. apply Rabs_def1; lra.
Qed.

Lemma vanishing_below e d : vanishing e -> eventually (fun u => 0 <= d u <= e u) -> vanishing d.
Proof.
  intros He H eps P. eapply eventually_implies; [|exact (eventually_and _ _ (He eps P) H)]. simpl.
  intros u [A B]. apply Rabs_def2 in A. apply Rabs_def1; lra.
Qed.

Lemma vanishing_exp F : (forall M, eventually (fun u => F u < M)) -> vanishing (fun u => exp (F u)).
Proof.
  intros D eps He. eapply eventually_implies; [|exact (D (ln eps))]. simpl. intros u H.
  rewrite Rabs_right by (left; apply exp_pos). rewrite <- (exp_ln eps) by assumption. now apply exp_increasing.
Qed.

Lemma above_add F G : above F -> above G -> above (fun u => F u + G u).
Proof.
  intros (a & b & c & e & V & H) (a' & b' & c' & e' & V' & H').
  exists (a + a'), (b + b'), (c + c'), (fun u => e u + e' u). split; [now apply vanishing_add|].
  eapply eventually_implies; [|exact (eventually_and _ _ H H')]. simpl. intros u [[A B] [C D]]. rewrite B, D.
  unfold parabola. lra.
Qed.

Lemma above_parabola F a b c : above F -> above (fun u => parabola a b c u + F u).
Proof.
  intros (a' & b' & c' & e & V & H). exists (a + a'), (b + b'), (c + c'), e. split; [assumption|].
  eapply eventually_implies; [|exact H]. simpl. intros u [A B]. rewrite B. unfold parabola. lra.
Qed.

Lemma above_ext F G : (forall u, F u = G u) -> above F -> above G.
Proof.
  intros E (a & b & c & e & V & H). exists a, b, c, e. split; [assumption|]. eapply eventually_implies; [|exact H].
  simpl. intros u [A B]. now rewrite <- E.
Qed.

(** ** The softplus of a quadratic *)

Lemma softplus_positive t : 0 < softplus t.
Proof. unfold softplus. rewrite <- ln_1. apply ln_increasing; pose proof (exp_pos t); lra. Qed.

Lemma softplus_below_exp t : softplus t <= exp t.
Proof.
  unfold softplus. pose proof (exp_pos t) as P.
  apply Rle_trans with (ln (exp (exp t))); [|rewrite ln_exp; lra].
  destruct (Req_dec (1 + exp t) (exp (exp t))) as [->|N]; [lra|]. apply Rlt_le, ln_increasing; [lra|].
  now apply exp_ineq1, Rgt_not_eq.
Qed.

Lemma softplus_reflect t : softplus t = t + softplus (- t).
Proof.
  unfold softplus.
  assert (E : 1 + exp t = exp t * (1 + exp (- t))).
  { rewrite Rmult_plus_distr_l, <- exp_plus, Rplus_opp_r, exp_0. ring. }
  pose proof (exp_pos t). pose proof (exp_pos (- t)). rewrite E, ln_mult, ln_exp by lra. ring.
Qed.

Lemma softplus_increasing s t : s < t -> softplus s < softplus t.
Proof. intro H. unfold softplus. apply ln_increasing; pose proof (exp_pos s); [lra|]. apply exp_increasing in H. lra.
Qed.

Lemma softplus_slope s d : 0 <= d -> softplus (s + d) <= softplus s + d.
Proof.
  intro H. unfold softplus. rewrite <- (ln_exp d) at 2.
  rewrite <- ln_mult by (pose proof (exp_pos s); auto using exp_pos; lra).
  assert (1 <= exp d) by (destruct H as [H|<-]; [apply exp_increasing in H|]; rewrite exp_0 in *; lra).
  assert (L : 1 + exp (s + d) <= (1 + exp s) * exp d) by (rewrite exp_plus; pose proof (exp_pos s); nra).
  pose proof (exp_pos (s + d)). destruct L as [L|E]; [apply Rlt_le, ln_increasing; lra|rewrite E; lra].
Qed.

(** F is exactly q + e with e >= 0 vanishing; where q is not constant softplus adds something positive. *)
Lemma softplus_of_nonconstant F a b c e : a <> 0 \/ b <> 0 -> vanishing e ->
  eventually (fun u => 0 <= e u /\ F u = parabola a b c u + e u) -> above (fun u => softplus (F u)).
Proof.
  intros N V H. destruct (parabola_diverges a b c N) as [D|D].
  - exists a, b, c, (fun u => e u + softplus (- F u)). split.
    + apply vanishing_add; [assumption|]. apply (vanishing_below (fun u => exp (- F u))).
      * apply vanishing_exp. intro M. eapply eventually_implies; [|exact (eventually_and _ _ H (D (- M)))].
        simpl. intros u [[A B] C]. lra.
      * exists 0. intros u _. pose proof (softplus_positive (- F u)). pose proof (softplus_below_exp (- F u)). lra.
    + eapply eventually_implies; [|exact H]. simpl. intros u [A B]. pose proof (softplus_positive (- F u)).
      split; [lra|]. rewrite softplus_reflect at 1. lra.
  - exists 0, 0, 0, (fun u => softplus (F u)). split.
    + apply (vanishing_below (fun u => exp (F u))).
      * apply vanishing_exp. intro M. eapply eventually_implies;
          [|exact (eventually_and _ _ H (eventually_and _ _ (D (M - 1)) (V 1 ltac:(lra))))].
        simpl. intros u [[A B] [C E]]. apply Rabs_def2 in E. lra.
      * exists 0. intros u _. pose proof (softplus_positive (F u)). pose proof (softplus_below_exp (F u)). lra.
    + exists 0. intros u _. split; [apply softplus_positive|]. unfold parabola. ring.
Qed.

Lemma softplus_above F : above F -> above (fun u => softplus (F u)).
Proof.
  intros (a & b & c & e & V & H).
  destruct (Req_dec a 0) as [->|Na]; [destruct (Req_dec b 0) as [->|Nb]|].
  - exists 0, 0, (softplus c), (fun u => softplus (c + e u) - softplus c). split.
    + apply (vanishing_below e); [assumption|]. eapply eventually_implies; [|exact H]. simpl. intros u [A _].
      pose proof (softplus_increasing c (c + e u) ltac:(lra)). pose proof (softplus_slope c (e u) ltac:(lra)). lra.
    + eapply eventually_implies; [|exact H]. simpl. intros u [A B].
      pose proof (softplus_increasing c (c + e u) ltac:(lra)). split; [lra|].
      rewrite B. unfold parabola. replace (0 * u ^ 2 + 0 * u + c + e u) with (c + e u) by ring. ring.
  - apply (softplus_of_nonconstant F 0 b c e); auto. eapply eventually_implies; [|exact H]. simpl. intros u [A B].
    split; [lra|assumption].
  - apply (softplus_of_nonconstant F a b c e); auto. eapply eventually_implies; [|exact H]. simpl. intros u [A B].
    split; [lra|assumption].
Qed.

Lemma softplus_parabola a b c : a <> 0 \/ b <> 0 -> above (fun u => softplus (parabola a b c u)).
Proof.
  intro N. apply (softplus_of_nonconstant _ a b c (fun _ => 0)); auto.
  - intros eps He. exists 0. intros u _. rewrite Rabs_R0. assumption.
  - exists 0. intros u _. split; [lra|ring].
Qed.

Lemma parabola_constant a b c : a = 0 -> b = 0 -> forall u, parabola a b c u = c.
Proof. intros -> -> u. unfold parabola. ring. Qed.

(** ** The growth lemma *)

Section Growth.
Variables a b c : nat -> R.
Let f i u := parabola (a i) (b i) (c i) u.
Definition constant_before n : Prop := forall i, (i < n)%nat -> a i = 0 /\ b i = 0.

Lemma constant_step n : constant_before n -> a n = 0 -> b n = 0 -> constant_before (S n).
Proof. intros H A B i Hi. destruct (Nat.eq_dec i n) as [->|]; [auto|apply H; lia]. Qed.

Lemma constant_or_not i : (a i = 0 /\ b i = 0) \/ (a i <> 0 \/ b i <> 0).
Proof. destruct (Req_dec (a i) 0), (Req_dec (b i) 0); tauto. Qed.

(** A sum of terms, each constant with its quadratic or above. *)
Lemma sum_above n (t : nat -> R -> R) :
  (forall i, (i < n)%nat -> (a i = 0 /\ b i = 0 /\ exists k, forall u, t i u = k) \/ above (t i)) ->
  (constant_before n /\ exists k, forall u, (sum n (fun i => t i u) : R) = k) \/ above (fun u => sum n (fun i => t i
    u)).
Proof.
  induction n as [|n IH]; intro H.
  - left. split; [intros i Hi; lia|]. exists 0. reflexivity.
  - destruct IH as [[C [k K]]|A]; [auto| |]; destruct (H n ltac:(lia)) as [(A0 & B0 & k' & K')|A'].
    + left. split; [now apply constant_step|]. exists (k + k'). intro u. rewrite sum_step, K, K'. reflexivity.
    + right. apply (above_ext (fun u => parabola 0 0 k u + t n u)); [|now apply above_parabola].
      intro u. rewrite sum_step, K. unfold parabola. ring.
    + right. apply (above_ext (fun u => parabola 0 0 k' u + sum n (fun i => t i u))); [|now apply above_parabola].
      intro u. rewrite sum_step, K'. unfold parabola. ring.
    + right. apply (above_ext (fun u => sum n (fun i => t i u) + t n u)); [reflexivity|now apply above_add].
Qed.

Theorem softplus_growth n a' b' c' :
  (forall u, (sum n (fun i => softplus (f i u)) : R) = parabola a' b' c' u) -> constant_before n.
Proof.
  intro E. destruct (sum_above n (fun i u => softplus (f i u))) as [[C _]|A]; [|assumption|].
  - intros i _. destruct (constant_or_not i) as [[A B]|N].
    + left. repeat split; auto. exists (softplus (c i)). intro u. unfold f. now rewrite parabola_constant.
    + right. now apply softplus_parabola.
  - exfalso. exact (above_is_no_parabola _ a' b' c' A E).
Qed.

(** e^t > t^3 / 27. *)
Lemma exp_above_cube t : 0 < t -> (t / 3) ^ 3 < exp t.
Proof.
  intro H. replace t with (t / 3 + t / 3 + t / 3) at 2 by field. rewrite !exp_plus.
  pose proof (exp_ineq1 (t / 3) ltac:(lra)) as E. pose proof (exp_pos (t / 3)).
  set (s := t / 3) in *. assert (0 < s) by (unfold s; lra). assert (s < exp s) by lra.
  assert (s * s < exp s * exp s) by nra. simpl. nra.
Qed.

(** An exponential of a quadratic that goes to +infinity outgrows every quadratic. *)
Lemma exp_outgrows q0 q1 q2 a' b' c' : q0 <> 0 \/ q1 <> 0 -> (forall M, eventually (fun u => M < parabola q0 q1 q2
  u)) ->
  ~ eventually (fun u => exp (parabola q0 q1 q2 u) <= parabola a' b' c' u).
Proof.
  intros N D H.
  (* the quadratic is at least s u - k for some s > 0 *)
  assert (L : exists s k, 0 < s /\ forall u, 0 <= u -> s * u - k <= parabola q0 q1 q2 u).
  { unfold parabola. destruct (Rtotal_order q0 0) as [Q|[Q|Q]].
    - exfalso. destruct (parabola_diverges (- q0) (- q1) (- q2) ltac:(lra)) as [D'|D'].
      + destruct (eventually_holds _ (eventually_and _ _ (D 0) (D' 0))) as (u & A & B). unfold parabola in *. lra.
      + assert (Up : forall M, eventually (fun u => M < parabola (- q0) (- q1) (- q2) u)).
        { intro M. exists ((Rabs q1 + 1) / - q0 + Rabs M + Rabs q2 + 1). intros u Hu. unfold parabola.
          pose proof (Rabs_pos q1). pose proof (Rabs_pos M). pose proof (Rabs_pos q2).
          assert (0 < (Rabs q1 + 1) / - q0) by (apply Rdiv_lt_0_compat; lra).
          assert (E : (Rabs q1 + 1) / - q0 * - q0 = Rabs q1 + 1) by (field; lra).
          pose proof (Rle_abs M). pose proof (Rle_abs q1). pose proof (Rle_abs q2).
          assert (- q0 * u >= Rabs q1 + 1) by nra. assert (- q0 * u * u >= (Rabs q1 + 1) * u) by nra. nra. }
        destruct (eventually_holds _ (eventually_and _ _ (Up 0) (D' 0))) as (u & A & B). lra.
    - subst. destruct (Rtotal_order q1 0) as [Q1|[Q1|Q1]]; [|lra|exists q1, (- q2); split; [lra|intros; lra]].
      exfalso. destruct (eventually_holds _ (eventually_and _ _ (D q2) (eventually_beyond 0))) as (u & A & B).
      unfold parabola in A. nra.
    - exists 1, ((1 - q1) ^ 2 / (4 * q0) - q2). split; [lra|]. intros u _.
      assert (E : q0 * u ^ 2 + q1 * u + q2 - (1 * u - ((1 - q1) ^ 2 / (4 * q0) - q2))
        = q0 * (u - (1 - q1) / (2 * q0)) ^ 2) by (field; lra).
      pose proof (pow2_ge_0 (u - (1 - q1) / (2 * q0))). nra. }
  destruct L as (s & k & Hs & L).
  set (m := Rabs a' + Rabs b' + Rabs c').
  destruct (eventually_holds _ (eventually_and _ _ H (eventually_beyond (1 + 2 * Rabs k / s + 216 * (m + 1) / s ^
    3))))
    as (u & A & B).
  pose proof (Rabs_pos a'). pose proof (Rabs_pos b'). pose proof (Rabs_pos c'). pose proof (Rabs_pos k).
  assert (Hm : 0 <= m) by (unfold m; lra). assert (Hs3 : 0 < s ^ 3) by (apply pow_lt; assumption).
  assert (0 <= 2 * Rabs k / s) by (apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra]).
  assert (0 < 216 * (m + 1) / s ^ 3) by (apply Rdiv_lt_0_compat; lra).
  assert (Hu : 1 < u) by lra.
  assert (K : 2 * Rabs k <= s * u).
  { assert (E : 2 * Rabs k / s * s = 2 * Rabs k) by (field; lra). nra. }
  assert (C : 216 * (m + 1) <= s ^ 3 * u).
  { assert (E : 216 * (m + 1) / s ^ 3 * s ^ 3 = 216 * (m + 1)) by (field; lra). nra. }
  assert (Half : s * u / 2 <= parabola q0 q1 q2 u).
  { specialize (L u ltac:(lra)). pose proof (Rle_abs k). lra. }
  assert (Up : (s * u / 2 / 3) ^ 3 < parabola a' b' c' u).
  { eapply Rlt_le_trans; [apply exp_above_cube; nra|]. eapply Rle_trans; [|exact A].
    destruct Half as [Half|E]; [apply Rlt_le, exp_increasing; assumption|rewrite E; lra]. }
  assert (Bound : parabola a' b' c' u <= m * u ^ 2).
  { unfold parabola, m. pose proof (Rle_abs a'). pose proof (Rle_abs b'). pose proof (Rle_abs c').
    assert (u <= u ^ 2) by (simpl; nra). assert (1 <= u ^ 2) by (simpl; nra). assert (0 <= u ^ 2) by lra.
    assert (a' * u ^ 2 <= Rabs a' * u ^ 2) by nra. assert (b' * u <= Rabs b' * u ^ 2) by nra.
    assert (c' <= Rabs c' * u ^ 2) by nra. lra. }
  replace ((s * u / 2 / 3) ^ 3) with (s ^ 3 * u / 216 * u ^ 2) in Up by field.
  assert (0 < u ^ 2) by (simpl; nra). nra.
Qed.

Theorem exponential_growth n a' b' c' :
  (forall u, (sum n (fun i => exp (f i u)) : R) = parabola a' b' c' u) -> constant_before n.
Proof.
  intro E. destruct (sum_above n (fun i u => exp (f i u))) as [[C _]|A]; [|assumption|].
  - intros i Hi. destruct (constant_or_not i) as [[A B]|N].
    + left. repeat split; auto. exists (exp (c i)). intro u. unfold f. now rewrite parabola_constant.
    + right. destruct (parabola_diverges (a i) (b i) (c i) N) as [D|D].
      * exfalso. apply (exp_outgrows _ _ _ a' b' c' N D). exists 0. intros u _. rewrite <- E. fold (f i u).
        clear - Hi. induction n as [|n IH]; [lia|]. rewrite sum_step.
        assert (0 <= sum n (fun i => exp (f i u))) by (apply sum_nonnegative; intros; apply Rlt_le, exp_pos).
        destruct (Nat.eq_dec i n) as [->|]; [lra|]. specialize (IH ltac:(lia)). pose proof (exp_pos (f n u)). lra.
      * exists 0, 0, 0, (fun u => exp (f i u)). split; [now apply vanishing_exp|].
        exists 0. intros u _. split; [apply exp_pos|]. unfold parabola. ring.
  - exfalso. exact (above_is_no_parabola _ a' b' c' A E).
Qed.

Definition log_sum n u : R := ln (1 + sum n (fun k => exp (f k u))).

Lemma log_sum_step n u : log_sum (S n) u = f n u + softplus (log_sum n u - f n u).
Proof.
  unfold log_sum, softplus. rewrite sum_step.
  assert (P : 0 < 1 + sum n (fun k => exp (f k u))).
  { assert (0 <= sum n (fun k => exp (f k u))) by (apply sum_nonnegative; intros; apply Rlt_le, exp_pos). lra. }
  set (s := (sum n (fun k => exp (f k u)) : R)) in *. unfold Rminus. rewrite exp_plus, exp_ln, exp_Ropp by assumption.
  pose proof (exp_pos (f n u)) as Q.
  assert (0 < (1 + s) * / exp (f n u)) by (apply Rmult_lt_0_compat; [|apply Rinv_0_lt_compat]; lra).
  transitivity (ln (exp (f n u)) + ln (1 + (1 + s) * / exp (f n u))); [|now rewrite ln_exp].
  rewrite <- ln_mult by lra. f_equal. field. lra.
Qed.

Theorem log_sum_growth n a' b' c' : (forall u, log_sum n u = parabola a' b' c' u) -> constant_before n.
Proof.
  assert (D : (constant_before n /\ exists k, forall u, log_sum n u = k) \/ above (log_sum n)).
  { induction n as [|n IH].
    - left. split; [intros i Hi; lia|]. exists (ln (1 + 0)). reflexivity.
    - destruct IH as [[C [k K]]|A].
      + destruct (constant_or_not n) as [[A0 B0]|N].
        * left. split; [now apply constant_step|]. exists (c n + softplus (k - c n)). intro u.
          rewrite log_sum_step, K. unfold f. now rewrite parabola_constant.
        * right. apply (above_ext (fun u => f n u + softplus (parabola (- a n) (- b n) (k - c n) u))).
          { intro u. rewrite log_sum_step, K. f_equal. f_equal. unfold f, parabola. ring. }
          apply above_parabola, softplus_parabola. lra.
      + right. apply (above_ext (fun u => f n u + softplus (parabola (- a n) (- b n) (- c n) u + log_sum n u))).
        { intro u. rewrite log_sum_step. f_equal. f_equal. unfold f, parabola. ring. }
        apply above_parabola, softplus_above, above_parabola, A. }
  intro E. destruct D as [[C _]|A]; [assumption|]. exfalso. exact (above_is_no_parabola _ a' b' c' A E).
Qed.

End Growth.
